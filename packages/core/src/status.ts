import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { reasonOf } from './errors.ts'
import { readRegularFile } from './files/regular-file.ts'
import { replaceFile } from './files/replace-file.ts'
import { type Conditions, createConditions, type Logger } from './log.ts'

const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The release, as in package.json. */
export const version = manifest.version

/** What a program reports about itself, by name; anything JSON can carry. Undefined values are left out. */
export type StatusFields = Readonly<Record<string, unknown>>

/** The file is written at most so often, in milliseconds. */
const shortestInterval = 1000

/** Nothing that a program wrote is as large; a file that is would be read into memory whole. */
export const largestStatusFile = 1024 ** 2

/** Where the status of a program is: `<base-dir>/<program>.status.json`. */
export function statusPath(baseDirectory: string, program: string): string {
  return join(baseDirectory, `${program}.status.json`)
}

/**
 * A small file in which people and checks read how a program is doing: one JSON object with `program`, `pid`, `version`,
 * `start` (ISO) and whatever `update` was given last. A reader never sees half of it. It is no part of the work: what goes
 * wrong with it is logged once and stops nothing.
 */
export class StatusFile {
  readonly path: string
  readonly #conditions: Conditions
  readonly #ending = new AbortController()
  #fields: StatusFields
  #dirty = true
  #writing: Promise<void> | undefined

  constructor(path: string, { program, log }: { program: string; log: Logger }) {
    this.path = path
    this.#conditions = createConditions(log)
    this.#fields = { program, pid: process.pid, version, start: new Date().toISOString() }
  }

  /** Sets these fields and keeps the others. Written soon, together with what else comes within a second. */
  update(fields: StatusFields): void {
    if (this.#ending.signal.aborted) return
    this.#fields = { ...this.#fields, ...fields }
    this.#dirty = true
    this.#writing ??= this.#writeWhileDirty()
  }

  /** Writes what is not written yet, at once. Nothing is written afterwards. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#writing
    if (this.#dirty) await this.#write()
  }

  async #writeWhileDirty(): Promise<void> {
    const { signal } = this.#ending
    while (this.#dirty && !signal.aborted) {
      await this.#write()
      // Keeps no program from ending.
      await delay(shortestInterval, undefined, { signal, ref: false }).catch(() => undefined)
    }
    this.#writing = undefined
  }

  async #write(): Promise<void> {
    this.#dirty = false
    const { path } = this
    try {
      // Not synced: what it says is soon out of date.
      await replaceFile(path, `${JSON.stringify(this.#fields, null, 2)}\n`, { sync: false })
      this.#conditions.end(path, `${path} is written again`, { file: path })
    } catch (error) {
      const kind = (error as NodeJS.ErrnoException).code ?? ''
      const text = `cannot write the status file ${path}: ${reasonOf(error)}; the program goes on without it`
      this.#conditions.begin(path, { level: 'warn', kind, fields: { file: path }, text })
    }
  }
}

/** The content of a status file, of an earlier run, say; undefined when it is not there, or not what a program wrote. */
export function readStatus(path: string): StatusFields | undefined {
  try {
    const status: unknown = JSON.parse(readRegularFile(path, largestStatusFile, { follow: false }).toString())
    return typeof status === 'object' && status !== null && !Array.isArray(status) ? { ...status } : undefined
  } catch {
    return undefined
  }
}
