import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { unwritable } from '../run-store/fault.ts'
import { replaceFile } from '../run-store/replace-file.ts'
import type { Material } from './material.ts'
import { percentileDistributions } from './percentile-distribution.ts'

/** Writes every report, each whole or not at all. @throws UsageError when the folder cannot hold them */
export async function writeReports(directory: string, material: Material): Promise<void> {
  // Not before there is something to write: what draws charts takes longer to load than all the rest.
  const { reports } = await import('./reports.ts')
  try {
    await mkdir(directory, { recursive: true })
    for (const { file, render } of reports) await replaceFile(join(directory, file), render(material))
    await mkdir(join(directory, 'hgrm'), { recursive: true })
    for (const { file, text } of percentileDistributions(material))
      await replaceFile(join(directory, file), text)
  } catch (error) {
    throw unwritable(error, directory)
  }
}
