import { beforeAll } from 'vitest'
import { type Certificate, createCertificate } from './certificate.ts'
import { testFaults } from './contract-faults.ts'
import { openSmtpSink } from './smtp.ts'
import { smtpApproaches, smtpFaultCase } from './smtp-approaches.fixture.ts'
import { smtpServerFaults } from './smtp-exchange.ts'

let certificate: Certificate
beforeAll(async () => {
  certificate = await createCertificate()
})

const { greeting, auth, sender, recipient, content } = smtpApproaches

testFaults({
  ...smtpFaultCase,
  name: 'the SMTP sink on smtp-server',
  certificate: () => certificate,
  open: openSmtpSink,
  approaches: { greeting, auth, sender, recipient, content },
  kinds: smtpServerFaults.kinds,
})
