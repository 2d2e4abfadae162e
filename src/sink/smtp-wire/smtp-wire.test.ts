import { type SinkCase, testSink } from '../contract.ts'
import { connectSmtp } from '../contract-smtp.ts'
import { type SubmissionCase, testPipelining, testSubmission } from '../contract-submission.ts'
import { openSmtpWireSink } from './smtp-wire.ts'

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
  testSink({
    name: `the wire SMTP sink with TLS ${tls}`,
    tls,
    open: openSmtpWireSink,
    connect: connectSmtp,
    replies,
  })
}

const submission: SubmissionCase = {
  name: 'the wire SMTP sink',
  engine: 'wire',
  open: openSmtpWireSink,
  mechanisms: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'],
}

testSubmission(submission)
testPipelining(submission)
