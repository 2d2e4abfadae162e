import type { FirstAnswer } from '../claims/answer.ts'

/** What stands below an answer: sentences under a heading. */
export interface AnswerSection {
  readonly title: string
  /** Where there is room. */
  readonly longTitle: string
  readonly sentences: readonly string[]
}

const section = (sentences: readonly string[], title: string, longTitle = title): AnswerSection[] =>
  sentences.length === 0 ? [] : [{ title, longTitle, sentences }]

/** Those that have something to say, in order. */
export function answerSections(answer: FirstAnswer): AnswerSection[] {
  if (answer.kind === 'none')
    return [
      ...section(answer.instead, 'What it does say'),
      ...section([answer.remedy], 'What would answer it'),
    ]
  if (answer.kind === 'job')
    return [
      ...section(answer.why, 'Why'),
      ...section(answer.flips, 'What would change it'),
      ...section(answer.open, 'What it does not say'),
    ]
  return [
    ...section(answer.why, 'Why'),
    ...section(answer.crossover, 'Crossover', 'Where it turns'),
    ...section(answer.changes, 'Change first', 'What to change first'),
    ...section(answer.open, 'To settle it', 'What would settle it'),
  ]
}
