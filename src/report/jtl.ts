import { codeOf, dueAtMs, failureOf, responseMs, type SampleExport } from './sample-export.ts'

/**
 * JMeter's log of results as CSV, as its default settings write it: https://jmeter.apache.org/usermanual/listeners.html.
 * Whole milliseconds, since its readers take no others.
 */
export const jtl: SampleExport = {
  head: [
    'timeStamp',
    'elapsed',
    'label',
    'responseCode',
    'responseMessage',
    'threadName',
    'dataType',
    'success',
    'failureMessage',
    'bytes',
    'sentBytes',
    'grpThreads',
    'allThreads',
    'URL',
    'Latency',
    'IdleTime',
    'Connect',
  ],
  keepsWarmup: false,
  row(sample, trial) {
    const elapsed = Math.round(responseMs(sample))
    const users = trial.users ?? 1
    return [
      Math.round(dueAtMs(sample, trial)),
      elapsed,
      trial.label,
      codeOf(sample, trial),
      sample.outcome,
      `trial ${trial.trial} connection ${sample.connection_id ?? 0}`,
      'text',
      String(sample.outcome === 'accepted'),
      failureOf(sample),
      Math.round(trial.bytes_down_per_message ?? 0),
      Math.round(trial.bytes_up_per_message ?? trial.message_bytes),
      users,
      users,
      trial.target ?? '',
      elapsed,
      0,
      0,
    ]
  },
}
