import { constants } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileMode } from '../snapshot/contract.ts'

/** The bytes of a file: all of them, or piece by piece. */
export type FileContent = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>

export interface ReplaceOptions {
  /** Whether the new content survives a power cut once this has resolved: fsync of the file and of its directory. */
  readonly sync: boolean
  /** Where the content is written before the rename, in the same directory; `<path>.tmp` unless given. */
  readonly temporary?: string
  /** Writes into what stands in the place of the temporary file, instead of replacing that. */
  readonly reuse?: boolean
  /** When aborted, the file keeps its old content. */
  readonly signal?: AbortSignal
}

/**
 * Replaces the content of a file in one step: a reader sees all of the new content or all of the old one, also after a
 * crash. A link in the place of the temporary file is replaced, not followed. Rejects with an error of the system, and
 * removes the temporary file.
 */
export async function replaceFile(path: string, content: FileContent, options: ReplaceOptions): Promise<void> {
  const { sync, temporary = `${path}.tmp`, reuse = false, signal } = options
  if (!reuse) await rm(temporary, { force: true })
  const file = await open(temporary, reuse ? 'w' : 'wx', fileMode)
  try {
    try {
      await writeFile(file, content, { ...(signal && { signal }) })
      if (sync) await file.sync()
    } finally {
      await file.close()
    }
    signal?.throwIfAborted()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
  if (sync) await syncDirectory(dirname(path))
}

/** Makes the names in a directory survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY)
  await directory.sync().finally(() => directory.close())
}
