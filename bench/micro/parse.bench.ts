import type { Bench } from 'tinybench'
import { generic } from '../../src/provider/generic.ts'
import { verdictOfReply } from '../../src/transport/smtp-verdict.ts'

/** Reading a server's answer. */
export function parse(bench: Bench): void {
  const refusal = {
    status: 422,
    headers: { 'content-type': 'application/json' },
    body: '{"error":{"cause":"policy","message":"no"}}',
  }
  bench.add('parse an SMTP refusal', () => {
    verdictOfReply('550 5.7.1 Message rejected by policy', 'policy')
  })
  bench.add('parse a 202', () => {
    generic.verdict({ status: 202, headers: {}, body: '{"id":"x"}' })
  })
  bench.add('parse an HTTP refusal', () => {
    generic.verdict(refusal)
  })
}
