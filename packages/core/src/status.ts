import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { reasonOf } from './errors.ts'
import type { Logger } from './log.ts'
import { readRegularFile } from './regular-file.ts'
import { fileMode } from './snapshot/contract.ts'
import { version } from './version.ts'

/** What a program tells of itself, by name; anything JSON can carry. Undefined values are left out. */
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
 * A small file that tells people and checks how a program is doing: one JSON object with `program`, `pid`, `version`,
 * `start` (ISO) and whatever `update` was given last. A reader never sees half of it. It is no part of the work: what goes
 * wrong with it is logged once and stops nothing.
 */
export class StatusFile {
  readonly path: string
  readonly #log: Logger
  readonly #ending = new AbortController()
  #fields: StatusFields
  #dirty = true
  #trouble: string | undefined
  #writing: Promise<void> | undefined

  constructor(path: string, { program, log }: { program: string; log: Logger }) {
    this.path = path
    this.#log = log
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
    try {
      await writeAtomically(this.path, `${JSON.stringify(this.#fields, null, 2)}\n`)
      if (this.#trouble !== undefined) this.#log.info({ file: this.path }, `${this.path} is written again`)
      this.#trouble = undefined
    } catch (error) {
      const trouble = (error as NodeJS.ErrnoException).code ?? ''
      const text = `cannot write ${this.path}, which tells how this program is doing: ${reasonOf(error)}; it goes on without`
      if (this.#trouble !== trouble) this.#log.warn({ file: this.path }, text)
      this.#trouble = trouble
    }
  }
}

/** A link in the place of the temporary file is replaced, not followed. Not synced: what it tells is soon out of date. */
async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`
  await rm(temporary, { force: true })
  const file = await open(temporary, 'wx', fileMode)
  try {
    await file.writeFile(text)
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

/** What a status file tells, of an earlier run, say; undefined when it is not there, or not what a program wrote. */
export function readStatus(path: string): StatusFields | undefined {
  try {
    const status: unknown = JSON.parse(readRegularFile(path, largestStatusFile, { follow: false }).toString())
    return typeof status === 'object' && status !== null && !Array.isArray(status) ? { ...status } : undefined
  } catch {
    return undefined
  }
}
