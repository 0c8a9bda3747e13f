import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestName, type PullReport, parseManifest } from '@haproxystats/core'
import { type LogLine, Program } from '../support/program.ts'
import { queueEntries } from '../support/queue.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

export interface PullOptions {
  /** Options of `[pull]`; default: a pull every second that may take the whole second. */
  readonly pull?: Readonly<Record<string, string | number>>
  /** `paths:base-dir`; default: a new one. */
  readonly base?: string
  /** A command that executes the program, such as setpriv. */
  readonly through?: readonly string[]
}

/** pino's levels. */
export const levels = { info: 30, warning: 40, error: 50, fatal: 60 } as const

/** To start it through: root may use every socket; without these capabilities it is a user like any other. */
export const withoutPrivileges =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []

/** haproxystats-pull, as it is built, with a configuration file of its own; killed when the test has finished. */
export class Pull {
  readonly base: string
  readonly queue: string
  readonly temporary: string
  readonly program: Program

  constructor(base: string, program: Program) {
    this.base = base
    this.queue = join(base, 'incoming')
    this.temporary = join(base, 'incoming.tmp')
    this.program = program
  }

  get log(): readonly LogLine[] {
    return this.program.log
  }

  /** Waits for a line of the log with this text, behind the first `after` lines. */
  async line(text: RegExp, after = 0): Promise<LogLine> {
    const found = () => this.log.slice(after).find(({ msg }) => text.test(msg))
    await this.#told(this.program.said(() => found() !== undefined))
    return found()!
  }

  /** Waits until the log has so many more lines with this text than now. */
  async more(text: RegExp, count = 1): Promise<void> {
    const before = this.lines(text).length
    await this.#told(until(`${count} more of ${text}`, () => this.lines(text).length >= before + count))
  }

  /** Lines of the log so far with this text, of one level if given. */
  lines(text: RegExp, level?: number): LogLine[] {
    return this.log.filter((line) => text.test(line.msg) && (level === undefined || line.level === level))
  }

  /** What is in the queue, oldest first. */
  async snapshots(): Promise<string[]> {
    const names = await queueEntries(this.queue).catch(() => [])
    return names.sort((a, b) => Number(a) - Number(b))
  }

  /** Waits until the queue has so many more snapshots than now, and returns the new ones, oldest first. */
  async published(count = 1): Promise<string[]> {
    const before = new Set(await this.snapshots())
    const look = async () => {
      const found = (await this.snapshots()).filter((name) => !before.has(name))
      return found.length >= count && found
    }
    return this.#told(until(`${count} new snapshots`, look))
  }

  /** Its status file, as it is now. */
  async status(): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(join(this.base, 'haproxystats-pull.status.json'), 'utf8'))
  }

  /** The files of a snapshot, by name. */
  async read(snapshot: string): Promise<Record<string, string>> {
    const directory = join(this.queue, snapshot)
    const names = (await readdir(directory)).filter((name) => name !== manifestName).sort()
    const entries = names.map(async (name) => [name, await readFile(join(directory, name), 'latin1')] as const)
    return Object.fromEntries(await Promise.all(entries))
  }

  /** The report of haproxystats-pull in a snapshot. */
  async report(snapshot: string): Promise<PullReport | undefined> {
    return parseManifest(await readFile(join(this.queue, snapshot, manifestName)))?.pull
  }

  #told<T>(waiting: Promise<T>): Promise<T> {
    return waiting.catch((error: Error) => {
      const last = this.log.slice(-20).map(({ level, msg }) => `${level} ${msg}`)
      throw new Error(`${error.message}\nthe log ends:\n${last.join('\n')}\n${this.program.errors}`)
    })
  }
}

/** Writes the configuration, starts the program, and waits for its first line. */
export async function startPull(options: PullOptions = {}): Promise<Pull> {
  const base = options.base ?? (await temporaryDirectory())
  const running = new Pull(base, await launchPull({ ...options, base }))
  await running.line(/./)
  return running
}

/** Writes the configuration and starts the program, which may end at once. */
export async function launchPull({ pull = {}, base, through = [] }: PullOptions = {}): Promise<Program> {
  const directory = base ?? (await temporaryDirectory())
  const options = { 'pull-interval': 1, 'pull-timeout': 0, timeout: 0.8, ...pull }
  const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}\n`)
  const file = join(directory, 'pull.conf')
  await writeFile(file, `[paths]\nbase-dir = ${directory}\n[pull]\nloglevel = debug\n${lines.join('')}`)
  return new Program({ name: 'pull', through }, '-f', file)
}
