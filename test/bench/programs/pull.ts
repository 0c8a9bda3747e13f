import { type FSWatcher, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Program } from '../../faults/harness/program.ts'
import { pause, until } from '../../faults/harness/wait.ts'
import type { Context } from '../context.ts'
import type { Cost } from '../report/costs.ts'
import type { Asked } from './fake-haproxy.ts'
import type { Helper } from './helper.ts'
import { cpuOf, now, peakOf } from './usage.ts'

/** A snapshot that pull has published: its name and when it was renamed, in milliseconds of the clock of all. */
export interface Published {
  readonly name: string
  readonly at: number
}

/** haproxystats-pull as it is built, reading every socket of a directory into a queue. */
export class PullProgram {
  readonly base: string
  readonly #program: Program
  readonly #watcher: FSWatcher
  readonly #seen = new Set<string>()
  #published: Published[] = []

  constructor(context: Context, base: string, { sockets, interval }: { sockets: string; interval: number }) {
    this.base = base
    const file = join(base, 'pull.conf')
    const settings = `socket-dir = ${sockets}\npull-interval = ${interval}\npull-timeout = 0\ntimeout = 1`
    writeFileSync(file, `[paths]\nbase-dir = ${base}\n[pull]\n${settings}\n`)
    this.#watcher = watch(join(base, 'incoming'), (_event, name) => {
      if (name === null || !/^\d+$/.test(name) || this.#seen.has(name)) return
      this.#seen.add(name)
      this.#published.push({ name, at: now() })
    })
    this.#program = new Program({ packages: context.packages }, 'pull', file)
    context.stopLater(() => this.stop())
  }

  get pid(): number {
    return this.#program.pid
  }

  /** How many snapshots it has published. */
  get count(): number {
    return this.#seen.size
  }

  get cpu(): number {
    return cpuOf(this.pid)
  }

  get peak(): number {
    return peakOf(this.pid)
  }

  /** The next snapshot that it publishes. */
  next(): Promise<Published> {
    const look = () => {
      const last = this.#program.log.slice(-5).map(({ msg }) => msg)
      if (!this.#program.alive) throw new Error(`haproxystats-pull has ended: ${last.join(' | ')}`)
      return this.#published.shift()
    }
    return until('haproxystats-pull to publish a snapshot', look) as Promise<Published>
  }

  /** Forgets the published snapshots that `next` has not returned. */
  clear(): void {
    this.#published = []
  }

  /** The next snapshot, which it then removes: seconds from the first question of its pull to its rename, and of CPU. */
  async pullOnce(sources: Helper<Asked>): Promise<Cost> {
    this.clear()
    const before = this.cpu
    const { name, at } = await this.next()
    // Work after the rename belongs to the pull, too.
    await pause(100)
    const asked = sources.clear().findLast(({ first }) => first < at)
    if (asked === undefined) throw new Error(`snapshot ${name} was published, but no source was asked`)
    rmSync(join(this.base, 'incoming', name), { recursive: true, force: true })
    return { wall: (at - asked.first) / 1000, cpu: this.cpu - before }
  }

  async stop(): Promise<void> {
    this.#watcher.close()
    await this.#program.stop('SIGTERM')
  }
}
