import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A new directory, its path short enough for unix sockets in it; removed when the running test has finished. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hs-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}
