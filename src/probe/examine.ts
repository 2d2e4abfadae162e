import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type Address, DialError } from '../dial/dial.ts'
import { createDialer } from '../dial/dialer.ts'
import { messageOf } from '../errors.ts'
import type { Cause } from '../sample.ts'
import { examineHttp } from './examine-http.ts'
import { examineSmtp } from './examine-smtp.ts'
import { type Examined, type ExamineOptions, type Finding, type PortFinding, untried } from './finding.ts'

async function resolved({ target, timeoutNs, clock }: ExamineOptions): Promise<Finding> {
  const { host } = target.address
  if (isIP(host) !== 0) return untried('dns', `${host} is an address`)
  const startNs = clock.nowNs()
  const finding = (state: Finding['state'], detail: string): Finding => ({
    step: 'dns',
    state,
    detail,
    spanNs: clock.nowNs() - startNs,
  })
  const known = new AbortController()
  try {
    const late = clock.sleep(timeoutNs, known.signal).then(() => undefined)
    const found = await Promise.race([lookup(host, { all: true }), late])
    if (!found) return finding('failed', `no answer on ${host}`)
    const [first, ...others] = found.map(({ address }) => address)
    return finding('ok', `${first}${others.length > 0 ? `, and ${others.length} more` : ''}`)
  } catch (error) {
    return finding('failed', messageOf(error))
  } finally {
    known.abort()
  }
}

async function tried({ host }: Address, port: number, options: ExamineOptions): Promise<PortFinding> {
  const { timeoutNs, clock } = options
  const startNs = clock.nowNs()
  using dialer = createDialer({ address: { host, port }, timeoutNs, clock })
  let cause: Cause | null = null
  try {
    await dialer.dial(() => {})
  } catch (error) {
    cause = error instanceof DialError ? error.failure : 'unknown'
  }
  return { port, isOpen: cause === null, cause, spanNs: clock.nowNs() - startNs }
}

const portWords = ({ port, isOpen, cause }: PortFinding) => `${port} ${isOpen ? 'open' : (cause ?? 'closed')}`

/** Finds out what works at one server, step by step, and sends nothing. */
export async function examine(options: ExamineOptions): Promise<Examined> {
  const { target, otherPorts, loginBar, mask } = options
  const { address } = target
  const dns = await resolved(options)
  // What is known not to be set is said, however far it goes.
  const login: Finding = loginBar ? { step: 'login', ...loginBar, spanNs: null } : untried('login')
  if (dns.state === 'failed') return { findings: [dns, untried('tcp'), untried('tls'), login], ports: [] }
  const wanted = [...new Set([address.port, ...otherPorts])]
  const ports = await Promise.all(wanted.map(port => tried(address, port, options)))
  const [own] = ports
  const isOpen = own?.isOpen === true
  const tcp: Finding = {
    step: 'tcp',
    state: isOpen ? 'ok' : 'failed',
    detail: ports.map(portWords).join(', '),
    spanNs: own?.spanNs ?? null,
  }
  if (!isOpen) return { findings: [dns, tcp, untried('tls'), login], ports }
  const spoken =
    target.protocol === 'smtp' ? await examineSmtp(target, options) : await examineHttp(target, options)
  const findings = [dns, tcp, ...spoken].map(finding => ({ ...finding, detail: mask(finding.detail) }))
  return { findings, ports }
}
