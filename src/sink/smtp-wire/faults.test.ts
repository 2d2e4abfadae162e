import { beforeAll } from 'vitest'
import { type Certificate, createCertificate, createWrongCertificate } from '../certificate.ts'
import { testByteFaults } from '../contract-byte-faults.ts'
import { type FaultCase, testFaults } from '../contract-faults.ts'
import { testHandshakeFaults } from '../contract-handshake-faults.ts'
import { faultKindNames } from '../fault/fault.ts'
import { smtpApproaches, smtpFaultCase } from '../smtp-approaches.fixture.ts'
import { openSmtpWireSink } from './smtp-wire.ts'

let certificate: Certificate
let wrongCertificate: Certificate
beforeAll(async () => {
  certificate = await createCertificate()
  wrongCertificate = await createWrongCertificate()
})

const subject: FaultCase = {
  ...smtpFaultCase,
  name: 'the wire SMTP sink',
  certificate: () => certificate,
  wrongCertificate: () => wrongCertificate,
  open: openSmtpWireSink,
  approaches: smtpApproaches,
  kinds: faultKindNames,
}

testFaults(subject)
testHandshakeFaults(subject, 'implicit')
testHandshakeFaults(subject, 'starttls')
testByteFaults(subject)
