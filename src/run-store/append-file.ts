import { open } from 'node:fs/promises'

/** A file that grows by whole trials: what was not committed can be taken back. */
export interface AppendFile {
  append(chunk: string | Uint8Array): Promise<void>
  /** All that was appended, in pieces. */
  chunks(): AsyncGenerator<Uint8Array>
  /** Makes what was appended last through a loss of power. */
  commit(): Promise<void>
  /** Cuts the file back to its last commit, as after a full disk. */
  rollBack(): Promise<void>
  close(): Promise<void>
}

const CHUNK_BYTES = 1024 * 1024

/** Creates the file; it must not exist. @throws the system's error */
export async function createAppendFile(path: string): Promise<AppendFile> {
  // O_APPEND: after a roll-back, writing goes on at the new end and leaves no hole.
  const handle = await open(path, 'ax+')
  let committedBytes = 0
  let writtenBytes = 0
  return {
    async append(chunk) {
      const bytes = Buffer.from(chunk)
      await handle.appendFile(bytes)
      writtenBytes += bytes.length
    },
    async *chunks() {
      for (let at = 0; at < writtenBytes; ) {
        const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, writtenBytes - at))
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, at)
        if (bytesRead === 0) throw new Error(`${path} is shorter than what was written to it`)
        yield bytes.subarray(0, bytesRead)
        at += bytesRead
      }
    },
    async commit() {
      if (writtenBytes === committedBytes) return
      await handle.datasync()
      committedBytes = writtenBytes
    },
    async rollBack() {
      await handle.truncate(committedBytes)
      writtenBytes = committedBytes
    },
    close: () => handle.close(),
  }
}
