import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Program } from '../../faults/harness/program.ts'
import { pause, until } from '../../faults/harness/wait.ts'
import { publish, type Snapshot } from '../data/snapshots.ts'
import type { Cost } from '../report/costs.ts'
import { type Context, makeSite } from './context.ts'
import { cpuOf, now, peakOf } from './cost.ts'
import type { Helper } from './helper.ts'
import type { Received } from './sink.ts'

/** One snapshot: seconds from its rename to the last byte at the sink, and of CPU until it was removed. */
export interface Delivered extends Cost {
  readonly received: Received
}

export interface ProcessOptions {
  /** Its directory; one of its own unless told. */
  readonly base?: string
  readonly workers?: number
  /** More sections of its configuration. */
  readonly sections?: string
  /** Arguments of node itself, such as `--cpu-prof`. */
  readonly node?: readonly string[]
}

let time = 1_600_000_000

/** The time of the next snapshot; never the same twice. */
export function nextTime(): number {
  time += 10
  return time
}

/** haproxystats-process as it is built, delivering to the sink. */
export class ProcessProgram {
  readonly base: string
  readonly #program: Program
  readonly #sink: Helper<never, Received>

  private constructor(base: string, program: Program, sink: Helper<never, Received>) {
    this.base = base
    this.#program = program
    this.#sink = sink
  }

  /** Starts it and waits until it watches its queue. */
  static async start(
    context: Context,
    sink: Helper<never, Received>,
    port: number,
    options: ProcessOptions = {},
  ): Promise<ProcessProgram> {
    const base = options.base ?? makeSite(context)
    const file = writeProcessConfiguration(base, port, options.workers ?? 1, options.sections)
    const program = new Program({ packages: context.packages }, 'process', file, { node: options.node ?? [] })
    await program.said('watching')
    return new ProcessProgram(base, program, sink)
  }

  get pid(): number {
    return this.#program.pid
  }

  get peak(): number {
    return peakOf(this.pid)
  }

  get cpu(): number {
    return cpuOf(this.pid)
  }

  /** Puts a snapshot into the queue and waits until it has been delivered and removed. */
  async deliver(snapshot: Snapshot): Promise<Delivered> {
    const name = nextTime()
    this.#sink.clear()
    const before = this.cpu
    const begin = now()
    publish(snapshot, this.base, name)
    const received = await this.#sink.next()
    const path = join(this.base, 'incoming', String(name))
    await until(`snapshot ${name} to be removed`, () => !existsSync(path))
    // The files are unlinked after the rename out of the queue.
    await pause(20)
    return { received, wall: (received.last - begin) / 1000, cpu: this.cpu - before }
  }

  async stop(): Promise<void> {
    await this.#program.stop('SIGTERM')
  }
}

/** Writes the configuration of a process that delivers to a port of this machine; its path. */
export function writeProcessConfiguration(base: string, port: number, workers: number, sections = ''): string {
  const file = join(base, 'haproxystats.conf')
  const lines = [
    `[paths]\nbase-dir = ${base}`,
    `[process]\nworkers = ${workers}\nworker-memory = 4096`,
    `[graphite]\nport = ${port}\nprefix-hostname = false\nconnect-timeout = 10\nwrite-timeout = 30\ncommit-timeout = 60`,
    sections,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
