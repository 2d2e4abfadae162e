import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { hasCode, messageOf, UsageError } from '../errors.ts'
import { parseHlog, type StoredHistogram } from './hlog.ts'
import { lackOf } from './latency-check.ts'
import { type StoredRun, storedRun } from './stored-run.ts'

async function contentOf(dir: string, name: string): Promise<string> {
  try {
    return await readFile(join(dir, name), 'utf8')
  } catch (error) {
    if (!hasCode(error)) throw error
    throw new UsageError(`"${dir}" is no run directory: ${name} cannot be read (${messageOf(error)})`, {
      cause: error,
    })
  }
}

/** The first thing that is wrong, and where: one line. */
function firstIssueOf(error: z.ZodError): string {
  const issue = error.issues[0]
  return issue ? `${issue.path.join('.') || 'run.json'}: ${issue.message}` : error.message
}

/** Reads and checks a run. @throws UsageError naming the folder and what is wrong with it */
export async function readRun(dir: string): Promise<StoredRun> {
  const text = await contentOf(dir, 'run.json')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`"${dir}" is no run directory: run.json is no JSON (${messageOf(error)})`)
  }
  const { success, data, error } = storedRun.safeParse(json)
  if (!success)
    throw new UsageError(`the run in "${dir}" does not fit this version of mailbench: ${firstIssueOf(error)}`)
  return data
}

function parsed(dir: string, log: string, metric: string | undefined): StoredHistogram[] {
  try {
    return parseHlog(log, metric)
  } catch (error) {
    throw new UsageError(`histograms.hlog in "${dir}" is damaged (${messageOf(error)})`, { cause: error })
  }
}

/** The run's histograms by trial, block by block: all that are there. @throws UsageError */
export async function readHistograms(dir: string): Promise<StoredHistogram[]> {
  return parsed(dir, await contentOf(dir, 'histograms.hlog'), undefined)
}

/**
 * The latencies of the run's trials, block by block.
 * @throws UsageError also when those of a valid trial are not all there: a report would leave it out without a word
 */
export async function readLatencies(dir: string, run: StoredRun): Promise<StoredHistogram[]> {
  const log = await contentOf(dir, 'histograms.hlog')
  const latencies = parsed(dir, log, 'latency')
  const lack = lackOf(run, log, latencies)
  if (lack !== undefined) throw new UsageError(`histograms.hlog in "${dir}" is damaged (${lack})`)
  return latencies
}
