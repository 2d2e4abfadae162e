export type FromWorker<Answer> = { readonly answer: Answer } | { readonly failure: string }

/** The worker's half: answers its parent's questions, and ends with it. */
export function serve<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  const say = (words: FromWorker<Answer>) => process.send?.(words)
  process.on('message', question => {
    answer(question as Question).then(
      value => say({ answer: value }),
      (error: Error) => say({ failure: error.stack ?? error.message }),
    )
  })
  // However the parent ended: what is open here must not keep this process.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
}
