import type { View } from './flow.ts'

const SHOWN_MAX = 20
const EXCERPT = 300

const secretFields =
  /^([^:]*(?:authorization|key|token|secret)[^:]*:\s*)(?:(Bearer|Basic|[A-Za-z-]+)\s+)?\S.*$/i

const excerpt = (line: string) =>
  line.length > EXCERPT ? `${line.slice(0, EXCERPT)} [${line.length - EXCERPT} more characters]` : line

/** Shows a message of HTTP/1.1: its head, without credentials, and the beginning of its body. */
function oneWay(): (line: string) => string | undefined {
  let isBody = false
  let shown = 0
  return line => {
    if (isBody) {
      shown += 1
      return shown > SHOWN_MAX ? undefined : excerpt(line)
    }
    if (line === '') {
      isBody = true
      return ''
    }
    return line.replace(
      secretFields,
      (_all, name: string, scheme?: string) => `${name}${scheme ? `${scheme} ` : ''}***`,
    )
  }
}

export function httpView(): View {
  return { sent: oneWay(), received: oneWay() }
}
