import { type SinkCase, testSink } from './contract.ts'
import { connectSmtp } from './contract-smtp.ts'
import { type SubmissionCase, testPipelining, testSubmission } from './contract-submission.ts'
import { openSmtpSink } from './smtp.ts'

const replies: SinkCase['replies'] = {
  accepted: { code: 250, enhancedCode: '2.6.0' },
  rejected: { code: 550, enhancedCode: '5.7.1' },
  deferred: { code: 451, enhancedCode: '4.3.0' },
  throttled: { code: 451, enhancedCode: '4.7.1' },
  wrongCredentials: { code: 535, enhancedCode: '5.7.8' },
  noCredentials: { code: 530, enhancedCode: '5.7.0' },
  oversized: { code: 552, enhancedCode: '5.3.4' },
}

for (const tls of ['none', 'starttls', 'implicit'] as const) {
  testSink({ name: `the SMTP sink with TLS ${tls}`, tls, open: openSmtpSink, connect: connectSmtp, replies })
}

const submission: SubmissionCase = {
  name: 'the SMTP sink on smtp-server',
  engine: 'smtp-server',
  open: openSmtpSink,
  mechanisms: ['PLAIN', 'LOGIN'],
}

testSubmission(submission)
testPipelining(submission)
