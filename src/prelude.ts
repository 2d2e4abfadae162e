/**
 * What a relay says to the dialer before it relays: how its connecting to the server went. A dialer reads these
 * bytes and no more; all that follows is the server's. Fixed length: magic, status, number, error code.
 */
export type Prelude =
  | { readonly status: 'established'; readonly id: number }
  /** `code` as of the system, `ECONNREFUSED`. */
  | { readonly status: 'refused'; readonly id: number; readonly code: string }

const MAGIC = Buffer.from('MBL1', 'latin1')
const STATUS_AT = 4
const ID_AT = 5
const CODE_AT = 9
export const PRELUDE_BYTES = 40

export function encodePrelude(prelude: Prelude): Buffer {
  const bytes = Buffer.alloc(PRELUDE_BYTES)
  MAGIC.copy(bytes)
  bytes.writeUInt8(prelude.status === 'established' ? 0 : 1, STATUS_AT)
  bytes.writeUInt32BE(prelude.id, ID_AT)
  if (prelude.status === 'refused') bytes.write(prelude.code, CODE_AT, 'latin1')
  return bytes
}

/** @throws when this is no prelude: who was dialled is no relay */
export function decodePrelude(bytes: Buffer): Prelude {
  if (bytes.length !== PRELUDE_BYTES || !bytes.subarray(0, STATUS_AT).equals(MAGIC))
    throw Object.assign(new Error('what was dialled is no relay'), { code: 'ERR_NOT_A_RELAY' })
  const id = bytes.readUInt32BE(ID_AT)
  if (bytes.readUInt8(STATUS_AT) === 0) return { status: 'established', id }
  const code = bytes.toString('latin1', CODE_AT).replace(/\0+$/, '')
  return { status: 'refused', id, code }
}
