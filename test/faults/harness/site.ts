import { mkdirSync, readdirSync, readFileSync, renameSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifestName, renderManifest, sealOf } from '@haproxystats/core'
import { queueEntriesSync } from '../../support/queue.ts'
import { Ledger } from './ledger.ts'
import { Program, type ProgramOptions } from './program.ts'
import { Receiver } from './receiver.ts'
import type { RowContext } from './row.ts'
import { Shape, type Size, statFields } from './shape.ts'
import { until } from './wait.ts'

type Section = Readonly<Record<string, string | number | boolean>>
type Sections = Readonly<Record<string, Section>>

export interface SiteOptions {
  readonly size?: Partial<Size>
  /** Sections of the configuration; options here replace those of the suite. */
  readonly sections?: Sections
  /** Where Graphite is; default: a receiver of the suite. */
  readonly port?: number
  /** The directory of both programs; default: a new one. */
  readonly base?: string
}

/** Two default pull intervals: a fresh snapshot must have arrived by then. */
export const probeSeconds = 20

/** Rows publish as fast as they can, other than pull; so many snapshots fit into the queue unless a row is about that. */
const unbounded = 1_000_000

let sites = 0

/** A directory with both programs' configuration, a receiver, and a publisher that stands for pull. */
export class Site {
  readonly base: string
  readonly queue: string
  readonly temporary: string
  readonly file: string
  readonly shape: Shape
  readonly ledger: Ledger
  readonly receiver: Receiver
  readonly #context: RowContext
  #time = 1_600_000_000

  private constructor(context: RowContext, { size, base }: SiteOptions) {
    this.#context = context
    this.base = base ?? join(context.directory, `site${++sites}`)
    this.queue = join(this.base, 'incoming')
    this.temporary = join(this.base, 'incoming.tmp')
    this.file = join(this.base, 'haproxystats.conf')
    this.shape = new Shape(size)
    this.ledger = new Ledger(this.shape)
    this.receiver = new Receiver(this.ledger)
  }

  static async make(context: RowContext, options: SiteOptions = {}): Promise<Site> {
    const site = new Site(context, options)
    for (const path of [site.queue, site.temporary]) mkdirSync(path, { recursive: true, mode: 0o750 })
    await site.receiver.listen()
    site.configure(options.sections, options.port)
    return site
  }

  /** Writes the configuration file anew. */
  configure(sections: Sections = {}, port = this.receiver.port): void {
    const fields = statFields.join(' ')
    const own: Sections = {
      paths: { 'base-dir': this.base },
      pull: { loglevel: 'debug', 'pull-interval': 1, 'pull-timeout': 0, timeout: 0.5, 'queue-size': unbounded },
      process: {
        loglevel: 'debug',
        workers: 1,
        'frontend-metrics': fields,
        'backend-metrics': fields,
        'server-metrics': fields,
      },
      graphite: {
        port,
        namespace: 'test',
        'prefix-hostname': false,
        interval: 0.05,
        delay: 0.2,
        'connect-timeout': 2,
        'write-timeout': 5,
        'commit-timeout': 10,
      },
    }
    const names = new Set([...Object.keys(own), ...Object.keys(sections)])
    const text = [...names].map((name) => {
      const lines = Object.entries({ ...own[name], ...sections[name] }).map(([key, value]) => `${key} = ${value}\n`)
      return `[${name}]\n${lines.join('')}`
    })
    writeFileSync(this.file, text.join(''))
  }

  start(name: 'pull' | 'process', options?: ProgramOptions): Program {
    return new Program(this.#context.build, name, this.file, options)
  }

  /** The time of the next snapshot. */
  nextTime(): number {
    this.#time += 10
    return this.#time
  }

  /** Writes a snapshot as pull does, by one rename, and expects it to arrive. Returns its time. */
  publish(time = this.nextTime()): number {
    this.put(time, this.files(time))
    this.ledger.expect(time)
    return time
  }

  /** Puts a directory with these files into the queue, by one rename. Bytes of a text are its characters. */
  put(time: number, files: Iterable<readonly [string, string | Buffer]>): void {
    const unfinished = join(this.temporary, `made-${time}`)
    mkdirSync(unfinished)
    for (const [name, content] of files) writeFileSync(join(unfinished, name), content, 'latin1')
    renameSync(unfinished, join(this.queue, String(time)))
  }

  /** What a program wrote of itself into its status file. */
  status(program: 'pull' | 'process') {
    return JSON.parse(readFileSync(join(this.base, `haproxystats-${program}.status.json`), 'utf8'))
  }

  /** The files of a snapshot, by name: the answers and the manifest that seals them. */
  files(time: number): [string, string][] {
    const files = this.answers(time)
    const seals = files.map(([name, text]) => [name, sealOf(Buffer.from(text))])
    return [...files, [manifestName, renderManifest({ files: Object.fromEntries(seals) })]]
  }

  /** The answers of a snapshot, by the names of their files. */
  answers(time: number): [string, string][] {
    const files: [string, string][] = []
    for (const process of this.shape.processes) {
      const { info, stat } = this.shape.answer(time, process)
      files.push([`lb${process}.sock_info`, info], [`lb${process}.sock_stat`, stat])
    }
    return files
  }

  /** Expects every snapshot that appears in the queue to arrive, until the row ends. */
  watchQueue(): void {
    watch(this.queue, (_event, name) => this.#seen(name))
    const look = () => {
      for (const name of readdirSync(this.queue)) this.#seen(name)
    }
    setInterval(look, 20).unref()
  }

  #seen(name: string | null): void {
    if (name !== null && /^[0-9]+$/.test(name)) this.ledger.expect(Number(name))
  }

  /** With on-failure = discard, incomplete snapshots need not arrive. */
  excuseIncomplete(pull: Program): void {
    for (const { snapshot } of pull.lines(/^snapshot \d+ is incomplete/)) this.ledger.excuse(Number(snapshot))
  }

  /** What is in the queue. */
  waiting(): string[] {
    return queueEntriesSync(this.queue)
  }

  /** Waits until nothing is in the queue; what is left then is a problem. */
  async drained(seconds = 60): Promise<void> {
    try {
      await until('the queue to be empty', async () => this.waiting().length === 0, seconds)
    } catch {
      const left = this.waiting()
      this.#context.problem(`${left.length} snapshots are still in the queue after ${seconds} s: ${left.slice(0, 5)}`)
    }
  }

  /**
   * The checks at the end: the queue drains, all that is expected has arrived, and a fresh snapshot arrives within two
   * intervals. Needs a running process.
   */
  async settle(seconds = 60): Promise<void> {
    const begin = performance.now()
    await this.drained(seconds)
    await this.probe(begin)
    this.finish()
  }

  /** The same checks with a process that is started for them. */
  async settleWithNewProcess(): Promise<void> {
    const program = this.start('process')
    await this.settle()
    await program.stop()
  }

  /** A fresh snapshot must arrive within two intervals. */
  async probe(begin = performance.now()): Promise<void> {
    const probe = this.publish()
    await this.#context.waitFor('a fresh snapshot to arrive', () => this.ledger.has(probe), probeSeconds)
    this.#context.recovered((performance.now() - begin) / 1000)
    await this.drained(10)
  }

  /** The same with both programs running: the next snapshot of pull must arrive within two intervals. */
  async probePull(): Promise<void> {
    const begin = Date.now()
    const isFresh = (time: number) => time * 1000 >= begin && this.ledger.has(time)
    const look = () => this.ledger.times.some(isFresh)
    await this.#context.waitFor('a fresh snapshot of pull to arrive', look, probeSeconds)
    this.#context.recovered((Date.now() - begin) / 1000)
  }

  /** Adds the ledger to the findings. */
  finish(): void {
    const set = readdirSync(this.base).includes('quarantine') ? readdirSync(join(this.base, 'quarantine')) : []
    if (set.length > 0) this.#context.note(`${set.length} files in quarantine`)
    this.#context.count(this.ledger)
  }
}
