import type { Message } from '../message/message.ts'

/**
 * For calls whose data are keyed by address, see `BatchSender.keyedByAddress`.
 * @throws where one comes twice, which plans that would do it are refused for: it would be a bug of ours
 */
export function checkDistinct(messages: readonly Message[]): void {
  const seen = new Set<string>()
  for (const { content } of messages)
    for (const { address } of content.to) {
      if (seen.has(address)) throw new Error(`a batch call would name ${address} twice`)
      seen.add(address)
    }
}
