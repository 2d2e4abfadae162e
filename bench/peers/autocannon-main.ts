/** The process of autocannon, started by senders.ts. */
import { createRequire } from 'node:module'
import { serve } from '../worker/serve.ts'
import { cacheFolder } from './cache.ts'
import type { Sent } from './stage.ts'

export interface AutocannonQuestion {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly connections: number
  readonly pipelining: number
  readonly durationS: number
}

export type AutocannonReport = Sent

/** The part of its interface that is used here. */
type Autocannon = (options: Readonly<Record<string, unknown>>) => Promise<{
  readonly start: Date
  readonly finish: Date
  readonly errors: number
  readonly timeouts: number
  readonly non2xx: number
  readonly '2xx': number
}>

const autocannon = createRequire(`${cacheFolder}/`)('autocannon') as Autocannon

async function measure({ durationS, body, ...options }: AutocannonQuestion): Promise<AutocannonReport> {
  const before = process.cpuUsage()
  const result = await autocannon({
    ...options,
    method: 'POST',
    body: Buffer.from(body),
    duration: durationS,
    // Milliseconds. It ends with a sample: seldom ones would prolong it.
    sampleInt: 100,
  })
  const { user, system } = process.cpuUsage(before)
  const { start, finish, errors, timeouts, non2xx } = result
  if (errors + timeouts + non2xx > 0)
    throw new Error(`${errors} errors, ${timeouts} timeouts, ${non2xx} refusals`)
  return {
    messages: result['2xx'],
    seconds: (finish.getTime() - start.getTime()) / 1000,
    cpuUs: user + system,
  }
}

serve(measure)
