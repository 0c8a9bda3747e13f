import { readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'

const lockFile = /^\.haproxystats-(?:pull|process)\.lock$/

/** Everything in a directory of the programs but the files they lock. */
export async function queueEntries(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => !lockFile.test(name))
}

/** The same, at once. */
export function queueEntriesSync(directory: string): string[] {
  return readdirSync(directory).filter((name) => !lockFile.test(name))
}
