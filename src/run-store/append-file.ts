import { open } from 'node:fs/promises'

/** A file that grows by whole trials: what was not committed can be taken back. */
export interface AppendFile {
  append(chunk: string | Uint8Array): Promise<void>
  /** Makes what was appended last through a loss of power. */
  commit(): Promise<void>
  /** Cuts the file back to its last commit, as after a full disk. */
  rollBack(): Promise<void>
  close(): Promise<void>
}

/** Creates the file; it must not exist. @throws the system's error */
export async function createAppendFile(path: string): Promise<AppendFile> {
  // O_APPEND: after a roll-back, writing goes on at the new end and leaves no hole.
  const handle = await open(path, 'ax')
  let committedBytes = 0
  let writtenBytes = 0
  return {
    async append(chunk) {
      const bytes = Buffer.from(chunk)
      await handle.appendFile(bytes)
      writtenBytes += bytes.length
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
