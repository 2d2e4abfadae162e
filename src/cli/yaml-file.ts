import { readFile } from 'node:fs/promises'
import { type Document, isMap, isNode, isScalar, LineCounter, type ParsedNode, parseDocument } from 'yaml'
import type { z } from 'zod'
import { hasCode, messageOf, UsageError } from '../errors.ts'
import { foremost, jsonSchemaOf, wordIssue } from './yaml-issue.ts'

const readFaults: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a folder: name a file',
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const fault = hasCode(error) ? readFaults[error.code] : undefined
    throw new UsageError(`${path}: ${fault ?? messageOf(error)}`, { cause: error })
  }
}

/** Where in the text a path is, or as much of it as there is; a key that is not known, at the key itself. */
function offsetOf(document: Document, path: readonly PropertyKey[], key: string | undefined): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (!isNode(node)) continue
    const pair =
      key !== undefined && isMap(node)
        ? node.items.find(({ key: name }) => isScalar(name) && name.value === key)
        : undefined
    const place = pair && isNode(pair.key) ? pair.key : node
    return place.range?.[0] ?? 0
  }
  return 0
}

function parse(path: string, text: string, lines: LineCounter): Document<ParsedNode> {
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error) throw new UsageError(`${path}:${lines.linePos(error.pos[0]).line}: ${error.message}`)
  return document as Document<ParsedNode>
}

function plainValue(path: string, document: Document): unknown {
  try {
    return document.toJS() ?? {}
  } catch (error) {
    // Aliases that multiply without end (`billion laughs`) are refused only here.
    throw new UsageError(`${path}: ${messageOf(error)}`, { cause: error })
  }
}

/**
 * Reads a YAML (or JSON) file and checks it. An empty file is an empty mapping.
 * @throws UsageError `FILE:LINE: field: what it must be`
 */
export async function parseYamlFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  return parseYaml(path, await read(path), schema)
}

/** Checks what a file says. @throws UsageError `FILE:LINE: field: what it must be` */
export function parseYaml<Schema extends z.ZodType>(
  path: string,
  text: string,
  schema: Schema,
): z.output<Schema> {
  const lines = new LineCounter()
  const document = parse(path, text, lines)
  const value = plainValue(path, document)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = foremost(result.error.issues)
  if (!issue) throw new Error(`${path}: refused without an issue`)
  const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const { line } = lines.linePos(offsetOf(document, issue.path, key))
  throw new UsageError(`${path}:${line}: ${wordIssue(issue, jsonSchemaOf(schema), value)}`)
}
