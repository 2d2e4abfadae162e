import { type SampleRow, sampleRow } from '../run-store/schema.ts'
import type { SampleExport } from './sample-export.ts'

const columns = Object.keys(sampleRow.shape) as (keyof SampleRow)[]

/** Everything that is kept of each submission, warm-up included, with what its trial was: for a data frame. */
export const samplesCsv: SampleExport = {
  head: [
    'run_id',
    'label',
    'transport',
    'client',
    'mode',
    'connection',
    'link_rtt_ms',
    'repetition',
    ...columns,
  ],
  keepsWarmup: true,
  row: (sample, trial) => [
    trial.run_id,
    trial.label,
    trial.transport,
    trial.client,
    trial.mode,
    trial.connection,
    trial.link_rtt_ms,
    trial.repetition,
    ...columns.map(column => sample[column]),
  ],
}
