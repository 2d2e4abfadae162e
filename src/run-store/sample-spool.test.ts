import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PhaseTimes } from '../phase.ts'
import type { Reply, Sample } from '../sample.ts'
import { openSampleSpool } from './sample-spool.ts'
import { sampleRow } from './schema.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mailbench-spool-'))
})
afterEach(() => rm(dir, { recursive: true }))

const open = () => openSampleSpool(join(dir, 'samples.part'))

const reply = (more: Partial<Reply> = {}): Reply => ({
  outcome: 'accepted',
  recipientsRefused: 0,
  connectionId: 1,
  phases: new PhaseTimes(),
  ...more,
})

/** Due every millisecond, from the instant 0. */
const sample = (index: number, ended = reply()): Sample => ({
  index,
  messageId: `<${index}>`,
  dueNs: index * 1e6,
  startNs: index * 1e6 + 1000,
  endNs: index * 1e6 + 250_500,
  attempt: 1,
  reply: ended,
})

const shared = { trial: 3, messageIdOf: (index: number) => `<${index}>` }

test('gives back what it was given, as rows, in order', () => {
  using spool = open()
  spool.begin()
  const refused = reply({
    outcome: 'rejected',
    phase: 'envelope',
    cause: 'recipient',
    code: 550,
    enhancedCode: '5.1.1',
    text: 'Who?',
  })
  spool.add(sample(1, refused))
  spool.add(sample(0, reply({ code: 250 })))
  spool.addDropped(2, 2e6)
  spool.add(sample(3, reply({ outcome: 'faulted', phase: 'connect', cause: 'refused', connectionId: 0 })))
  const rows = [...spool.rows({ ...shared, beginNs: 0 })]
  expect(rows).toEqual(rows.map(row => sampleRow.parse(row)))
  const nothing = { phase: null, cause: null, code: null, enhanced_code: null, connection_id: null }
  expect(rows).toEqual([
    {
      ...{ trial: 3, index: 1, message_id: '<1>', due_ms: 1, start_ms: 1.001, end_ms: 1.251, attempt: 1 },
      ...{ outcome: 'rejected', phase: 'envelope', cause: 'recipient', code: 550, enhanced_code: '5.1.1' },
      connection_id: 1,
    },
    {
      ...{ trial: 3, index: 0, message_id: '<0>', due_ms: 0, start_ms: 0.001, end_ms: 0.251, attempt: 1 },
      ...{ ...nothing, outcome: 'accepted', code: 250, connection_id: 1 },
    },
    {
      ...{ trial: 3, index: 2, message_id: '<2>', due_ms: 2, start_ms: null, end_ms: null, attempt: 0 },
      ...{ ...nothing, outcome: 'dropped' },
    },
    {
      ...{ trial: 3, index: 3, message_id: '<3>', due_ms: 3, start_ms: 3.001, end_ms: 3.251, attempt: 1 },
      ...{ ...nothing, outcome: 'faulted', phase: 'connect', cause: 'refused' },
    },
  ])
})

test('gives each attempt a row, with its own times and end, linked by the submission that they are of', () => {
  using spool = open()
  spool.begin()
  const attempts = [
    { startNs: 1e6, endNs: 2e6, reply: reply({ outcome: 'in_doubt', phase: 'reply', cause: 'reset' }) },
    { startNs: 5e6, endNs: 6e6, reply: reply({ code: 250, connectionId: 2 }) },
  ]
  const ended = reply({ code: 250, connectionId: 2, attempts })
  spool.add({ ...sample(1, ended), startNs: 1e6, endNs: 6e6, attempt: 2 })
  spool.add(sample(2))
  const of = { trial: 3, index: 1, message_id: '<1>', due_ms: 1, enhanced_code: null }
  const rows = [...spool.rows({ ...shared, beginNs: 0 })]
  expect(rows.slice(0, 2)).toEqual([
    {
      ...{ ...of, attempt: 1, start_ms: 1, end_ms: 2, connection_id: 1, code: null },
      ...{ outcome: 'in_doubt', phase: 'reply', cause: 'reset' },
    },
    {
      ...{ ...of, attempt: 2, start_ms: 5, end_ms: 6, connection_id: 2, code: 250 },
      ...{ outcome: 'accepted', phase: null, cause: null },
    },
  ])
  expect(rows.slice(2)).toMatchObject([{ index: 2, attempt: 1 }])
})

test('counts instants from the start of the measured part, which is told last: a warm-up’s are negative', () => {
  using spool = open()
  spool.begin()
  for (const index of [0, 1, 2, 3]) spool.add(sample(index))
  const rows = [...spool.rows({ ...shared, beginNs: 2e6 })]
  expect(rows.map(({ due_ms }) => due_ms)).toEqual([-2, -1, 0, 1])
  expect(rows[0]).toMatchObject({ start_ms: -1.999, end_ms: -1.749 })
})

test.each([0, 1, 511, 512, 513, 5000])(
  'keeps %i submissions, and forgets them when the next trial begins',
  count => {
    using spool = open()
    for (const trial of [1, 2]) {
      spool.begin()
      for (let index = 0; index < count / trial; index++) spool.add(sample(index))
      const rows = [...spool.rows({ ...shared, beginNs: 0 })]
      expect(rows.map(({ index }) => index)).toEqual(
        Array.from({ length: Math.ceil(count / trial) }, (_, i) => i),
      )
    }
  },
)

test('does without codes, rather than hold as many as a server can think of', () => {
  using spool = open()
  spool.begin()
  for (let index = 0; index < 12_000; index++)
    spool.add(sample(index, reply({ enhancedCode: `5.7.${index}` })))
  const codes = [...spool.rows({ ...shared, beginNs: 0 })].map(({ enhanced_code }) => enhanced_code)
  expect(codes.slice(0, 10_000)).toEqual(Array.from({ length: 10_000 }, (_, i) => `5.7.${i}`))
  expect(new Set(codes.slice(10_000))).toEqual(new Set([null]))
})

test('leaves no file behind, whatever ends the process', async () => {
  using spool = open()
  spool.begin()
  for (let index = 0; index < 1000; index++) spool.add(sample(index))
  expect(await readdir(dir)).toEqual([])
})

test('holds a million submissions in the memory of a thousand, while they come and while they are read', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const heldBytes = () => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  using spool = open()
  spool.begin()
  const ended = reply({ code: 250, enhancedCode: '2.0.0' })
  for (let index = 0; index < 1000; index++) spool.add(sample(index, ended))
  const beforeBytes = heldBytes()
  for (let index = 1000; index < 1_000_000; index++) spool.add(sample(index, ended))
  const grownBytes = [heldBytes() - beforeBytes]
  let count = 0
  for (const { index } of spool.rows({ ...shared, beginNs: 0 })) {
    if (index !== count) throw new Error(`${index} came ${count}th`)
    count += 1
    if (count % 250_000 === 0) grownBytes.push(heldBytes() - beforeBytes)
  }
  expect(count).toBe(1_000_000)
  // As rows they would be some 200 MB.
  expect(Math.max(...grownBytes)).toBeLessThan(4_000_000)
})
