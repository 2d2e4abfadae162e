import MailComposer from 'nodemailer/lib/mail-composer'
import type { Bench } from 'tinybench'
import { loadTemplate } from '../../src/message/corpus.ts'
import { generic } from '../../src/provider/generic.ts'

/** A message in the forms that the two protocols need: nodemailer's MIME, our patched bytes, JSON. */
export async function encode(bench: Bench): Promise<void> {
  for (const name of ['password-reset', 'receipt'] as const) {
    const template = await loadTemplate(name, { run: '00000000', trial: 1 })
    let index = 0
    const next = () => template.message(index++ & 0xffff)
    bench.add(`encode ${name}: MIME by nodemailer`, async () => {
      const { content, messageId } = next()
      const { from, to, subject, text, html, headers } = content
      const mail = {
        from: { name: from.name ?? '', address: from.address },
        to: to.map(({ address }) => ({ name: '', address })),
        subject,
        text: text ?? '',
        html: html ?? '',
        headers: { ...headers },
        messageId,
      }
      await new MailComposer(mail).compile().build()
    })
    bench.add(`encode ${name}: MIME by template`, () => {
      next().raw()
    })
    const target = Buffer.alloc(64 * 1024)
    bench.add(`encode ${name}: dot-stuffed, by plate`, () => {
      const message = next()
      const plate = message.plate('stuffed')
      plate.print(message.index, target, 0)
      plate.shared.copy(target, plate.ownBytes)
    })
    bench.add(`encode ${name}: JSON`, () => {
      generic.request(next(), 'key')
    })
  }
}
