/** The page docs/fault-matrix.md, from the table that src/trial/fault-matrix tests. */
import {
  type ClientLabel,
  cells,
  clients,
  clientsAt,
  type FaultName,
  faultsAt,
  type Protocol,
  type Scene,
  sceneName,
  scenes,
} from '../src/trial/fault-matrix/cells.fixture.ts'
import {
  exceptions,
  expectedOf,
  inWords,
  isExceptional,
  type Result,
} from '../src/trial/fault-matrix/expected.fixture.ts'

const takenInWords = { yes: 'taken', no: 'not taken', either: 'taken or not' } as const

const wordsOf = (result: Result) => `\`${inWords(result)}\`, ${takenInWords[result.taken]}`

/** What one client reports, and the number of the reason where it is not what theory says. */
function report(scene: Scene, fault: FaultName, client: ClientLabel): string {
  const words = expectedOf(scene, fault, client).map(wordsOf).join(' or ')
  const reason = exceptions.findIndex(isExceptional(scene, fault, client))
  return reason < 0 ? words : `${words} (${reason + 1})`
}

/** What all clients report: in one word, where they agree. */
function reports(scene: Scene, fault: FaultName): string {
  const groups = Map.groupBy(clientsAt(scene), client => report(scene, fault, client))
  if (groups.size === 1) return [...groups.keys()].join()
  return [...groups].map(([words, agreeing]) => `${agreeing.join(', ')}: ${words}`).join('<br>')
}

/** Faults that come to the same stand in one row. */
function rowsOf(scene: Scene): string[] {
  const groups = Map.groupBy(faultsAt(scene), fault => reports(scene, fault))
  return [...groups].map(([words, faults]) => `| \`${sceneName(scene)}\` | ${faults.join('; ')} | ${words} |`)
}

function tableOf(protocol: Protocol): string {
  const head = [
    '| at | what happens | what is reported, and whether the sink took it |',
    '| --- | --- | --- |',
  ]
  return [
    ...head,
    ...scenes.filter(scene => scene.protocol === protocol && !scene.isWarm).flatMap(rowsOf),
  ].join('\n')
}

/** The page, whole. */
export function faultMatrixPage(): string {
  const reasons = exceptions.map(({ because }, i) => `${i + 1}. ${because}`)
  return `<!-- Written by \`npm run docs\` from src/trial/fault-matrix/expected.fixture.ts; do not edit. -->

# What each client makes of each fault

Every client, at every exchange of a submission, under every fault of [faults.md](faults.md): ${cells.length} cells, of
which each is played against a sink with that fault by \`npx vitest run src/trial/fault-matrix\`. Exchanges of a message
are tried over a connection of its own and over one that has carried another message, with one result. A client reports
outcome, phase, cause, code and enhanced code; the sink counts what it took. A number in parentheses is a reason,
below, why a client differs from what follows from the protocol alone, or why more than one report is right.

What follows from the protocol: where no answer comes, a message is \`faulted\` until it has been handed over whole, and
\`in_doubt\` from then on. Chunked, a small message is on its way with its envelope; an HTTP request is as soon as its
connection is open. An answer that is complete decides.

## SMTP: ${clients.smtp.join(', ')}

${tableOf('smtp')}

## HTTP: ${clients.http.join(', ')}

${tableOf('http')}

## Reasons

${reasons.join('\n')}
`
}
