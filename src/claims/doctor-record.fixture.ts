import { type DoctorRecord, doctorRecord } from '../run-store/doctor-record.ts'

export type Target = DoctorRecord['targets'][number]

/** A server of which these ports are open, of those that were tried. */
const server = (
  transport: Target['transport'],
  tried: readonly number[],
  open: readonly number[],
): Target => ({
  target: null,
  transport,
  server: `${transport}.example`,
  on_loopback: false,
  works: open.length > 0,
  checks: [],
  ports: tried.map(port => {
    const isOpen = open.includes(port)
    return { port, open: isOpen, cause: isOpen ? null : 'timeout', ms: isOpen ? 20 : 5000 }
  }),
  mail: { allowed: true, words: '' },
})
export const SUBMISSION = [587, 25, 465, 2525]
export const smtp = (...open: number[]) => server('smtp', SUBMISSION, open)
export const http = (...open: number[]) => server('http', [443], open)

export const local = (target: Target): Target => ({ ...target, on_loopback: true })

/** What doctor found of these. */
export const record = (...targets: Target[]): DoctorRecord =>
  doctorRecord.parse({
    version: 1,
    examined_at: '2026-11-23T09:15:00.000Z',
    mailbench: '0.1.0',
    targets,
    black_hole_timeout_ms: 500,
    black_holes: [
      { client: 'wire', transport: 'smtp', outcome: 'faulted', phase: 'connect', cause: 'timeout', ms: 500 },
      {
        client: 'undici',
        transport: 'http',
        outcome: 'faulted',
        phase: 'connect',
        cause: 'timeout',
        ms: 520,
      },
    ],
  })
