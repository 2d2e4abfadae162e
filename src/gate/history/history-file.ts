import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasCode, messageOf, UsageError } from '../../errors.ts'
import { csvCells, csvHeader, csvRows } from '../../run-store/csv.ts'
import type { StoredRun } from '../../run-store/stored-run.ts'
import { checkValid } from '../compare/sides.ts'
import { type HistoryRow, historyRow, historyRowsOf } from './row.ts'

const numbers = ['repetitions', 'value', 'low', 'high'] as const

function rowOf(cells: Readonly<Record<string, string | null>>): HistoryRow {
  const figures = numbers.map(column => [column, cells[column] == null ? null : Number(cells[column])])
  return historyRow.parse({ ...cells, ...Object.fromEntries(figures) })
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (hasCode(error) && error.code === 'ENOENT') return undefined
    throw new UsageError(`the history "${file}" cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

function parsed(file: string, text: string): HistoryRow[] {
  let line = 1
  try {
    return csvCells(historyRow, text).map(cells => {
      line++
      return rowOf(cells)
    })
  } catch (error) {
    const [first = ''] = messageOf(error).split('\n')
    const why = error instanceof Error && error.name === 'ZodError' ? `row ${line} has a bad figure` : first
    throw new UsageError(`"${file}" is no history of mailbench: ${why}`, { cause: error })
  }
}

/** Every row of a history; a file that does not exist is an empty one. @throws UsageError */
export async function readHistory(file: string): Promise<HistoryRow[]> {
  const text = await textOf(file)
  return text === undefined || text === '' ? [] : parsed(file, text)
}

/** In one write, so that a crash, or a second process, leaves whole rows. */
async function append(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const handle = await open(file, 'a')
  try {
    await handle.appendFile(text)
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

/** What recording came to. */
export interface Recorded {
  /** 0: the run was there already. */
  readonly rows: number
}

/**
 * Adds a run to a history, once.
 * @throws InvalidRunError when its own checks failed or it did not end, UsageError when the file cannot take it
 */
export async function recordRun(file: string, run: StoredRun, commit: string | null): Promise<Recorded> {
  checkValid(run, 'not recorded')
  const text = (await textOf(file)) ?? ''
  const rows = historyRowsOf(run, commit)
  const [first] = rows
  const isKnown = ({ run_id, started_at, machine }: HistoryRow) =>
    run_id === first?.run_id && started_at === first.started_at && machine === first.machine
  if (text !== '' && parsed(file, text).some(isKnown)) return { rows: 0 }
  const start = text === '' ? csvHeader(historyRow) : /\n$/.test(text) ? '' : '\r\n'
  try {
    await append(file, start + csvRows(historyRow, rows))
  } catch (error) {
    if (!hasCode(error)) throw error
    throw new UsageError(`the history "${file}" cannot be written: ${messageOf(error)}`, { cause: error })
  }
  return { rows: rows.length }
}
