import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Program } from '../../faults/harness/program.ts'
import { pause, until } from '../../faults/harness/wait.ts'
import { type Context, makeSite } from '../context.ts'
import { publish, type Snapshot } from '../data/snapshots.ts'
import type { Cost } from '../report/costs.ts'
import { Helper } from './helper.ts'
import type { Received } from './receiver.ts'
import { cpuOf, now, peakOf } from './usage.ts'

/** The process that stands in for Graphite, and its port. */
export type Receiver = Helper<Received> & { readonly port: number }

export async function startReceiver(context: Context): Promise<Receiver> {
  const [receiver, { port }] = await Helper.start<Received, { port: number }>(context, 'programs/receiver')
  return Object.assign(receiver, { port })
}

/** One snapshot: seconds from its rename to the last byte at the receiver, and of CPU until it was removed. */
export interface Delivered extends Cost {
  readonly lines: number
  readonly bytes: number
}

export interface ProcessOptions {
  /** Its directory; default: a new one. */
  readonly base?: string
  readonly workers?: number
  /** Further sections of its configuration. */
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

/** haproxystats-process as it is built, delivering to a receiver. */
export class ProcessProgram {
  readonly base: string
  readonly #program: Program
  readonly #receiver: Receiver

  constructor(
    context: Context,
    receiver: Receiver,
    { base, workers = 1, sections = '', node = [] }: ProcessOptions = {},
  ) {
    this.base = base ?? makeSite(context)
    this.#receiver = receiver
    const file = join(this.base, 'haproxystats.conf')
    const graphite = `port = ${receiver.port}\nconnect-timeout = 10\nwrite-timeout = 30\ncommit-timeout = 60`
    writeFileSync(
      file,
      `[paths]\nbase-dir = ${this.base}\n[process]\nworkers = ${workers}\nworker-memory = 4096\n` +
        `[graphite]\nprefix-hostname = false\n${graphite}\n${sections}\n`,
    )
    this.#program = new Program({ packages: context.packages }, 'process', file, { node })
    context.stopLater(() => this.stop())
  }

  get pid(): number {
    return this.#program.pid
  }

  get peak(): number {
    return peakOf(this.pid)
  }

  /** Puts a snapshot into the queue and waits until it has been delivered and removed. */
  async deliver(snapshot: Snapshot): Promise<Delivered> {
    const name = nextTime()
    this.#receiver.clear()
    const before = cpuOf(this.pid)
    const begin = now()
    publish(snapshot, this.base, name)
    const { last, lines, bytes } = await this.#receiver.next()
    const path = join(this.base, 'incoming', String(name))
    await until(`snapshot ${name} to be removed`, () => !existsSync(path))
    // The files are unlinked after the rename out of the queue.
    await pause(20)
    return { lines, bytes, wall: (last - begin) / 1000, cpu: cpuOf(this.pid) - before }
  }

  async stop(): Promise<void> {
    await this.#program.stop('SIGTERM')
  }
}
