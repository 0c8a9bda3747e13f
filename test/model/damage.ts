import { appendFileSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifestName } from '@haproxystats/core'
import type { World } from './world.ts'

/** What can happen to a file of a snapshot; `at` is a byte of it. */
export const damages: readonly ((path: string, at: number) => void)[] = [
  (path, at) => {
    const bytes = readFileSync(path)
    bytes[at] = (bytes[at] as number) ^ 1
    writeFileSync(path, bytes)
  },
  (path, at) => truncateSync(path, at),
  (path) => appendFileSync(path, '0,'),
  // The manifest is not removed, because a snapshot without one is valid.
  (path) => (path.endsWith(manifestName) ? writeFileSync(path, '{}') : rmSync(path)),
  (path) => {
    rmSync(path)
    symlinkSync('/dev/null', path)
  },
  (path) => writeFileSync(`${path}.more_stat`, readFileSync(path)),
]

/** What is damaged: the number of a snapshot and of its file, modulo how many there are; `at` in thousandths of the file. */
export interface Damage {
  readonly snapshot: number
  readonly file: number
  readonly at: number
  readonly how: number
}

/** Damages a file of a snapshot that waits and is sound, if there is one, and if it does not leave at this moment. */
export function damage({ judge, places }: World, { snapshot, file, at, how }: Damage): void {
  const waiting = judge.waiting().filter((name) => !judge.isDamaged(name))
  const name = waiting[snapshot % waiting.length]
  if (name === undefined) return
  judge.damaged(name)
  try {
    const directory = join(places.queue, name)
    const files = readdirSync(directory).filter((entry) => !entry.startsWith('.'))
    const path = join(directory, files[file % files.length] as string)
    const { length } = readFileSync(path)
    damages[how]?.(path, Math.min(length - 1, Math.floor((at / 1000) * length)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
