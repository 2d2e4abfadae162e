import { around, exampleRun } from '../claims/run.fixture.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { type Material, materialOf, reportedRun } from './material.ts'

/** What a server, or whoever names a label, could say to harm the reader of a report. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '\u001b[31mred\u001b[0m\u0007',
  '=cmd()',
  ']]>',
  '`tick` | bar | **bold** [link](javascript:alert(1)) @everybody',
  '"quote" \'apostrophe\' \\ back & amp;',
  'line\r\nbreak\u2028para\u0085next',
  '\u202eturned\ufffe\uffff\u0000\ud800',
  '# EOF',
  'x'.repeat(10_000),
].join(' ')

/** A run in which every text that can come from outside is hostile, its label among the names of a comparison. */
export function hostileRun(): StoredRun {
  const label = HOSTILE.toWellFormed()
  const run = exampleRun(
    [
      { label: `=smtp ${label}`, transport: 'smtp', target: label, p50s: around(4) },
      { label: `@http ${label}`, transport: 'http', client: 'undici', target: label, p50s: around(1) },
      {
        label: `-bad ${label}`,
        transport: 'smtp',
        target: label,
        p50s: around(1, 3),
        valid: false,
        invalid_because: label,
      },
    ],
    { name: 'hostile', plan: { thresholds: ['latency.p50<2ms'] }, command: `mailbench run ${label}` },
  )
  const failures = run.trials.map(({ trial }) => ({
    run_id: 'r',
    trial,
    label: `=smtp ${label}`,
    outcome: 'rejected' as const,
    phase: 'content' as const,
    cause: 'policy' as const,
    code: 550,
    enhanced_code: label,
    count: 1,
    share: 0.01,
    first_at_ms: 1,
    example: label,
  }))
  return { ...run, failures }
}

export function hostileMaterial(): Material {
  const run = hostileRun()
  const thresholds = run.labels.map(({ label }) => ({
    threshold: HOSTILE,
    label,
    found: HOSTILE,
    nearest: true,
    ok: false,
  }))
  return materialOf([reportedRun(run, [], () => thresholds)])
}
