import { type FSWatcher, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSnapshotName } from '@haproxystats/core'
import { Program } from '../../faults/harness/program.ts'
import type { Context } from './context.ts'
import { cpuOf, now, peakOf } from './cost.ts'

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
  readonly #published: Published[] = []
  #wake: () => void = () => undefined
  #count = 0

  constructor(context: Context, base: string, { sockets, interval }: { sockets: string; interval: number }) {
    this.base = base
    const file = join(base, 'pull.conf')
    const settings = { 'socket-dir': sockets, 'pull-interval': interval, 'pull-timeout': 0, timeout: 1 }
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`)
    writeFileSync(file, `[paths]\nbase-dir = ${base}\n[pull]\n${lines.join('')}`)
    const seen = new Set<string>()
    this.#watcher = watch(join(base, 'incoming'), (_event, name) => {
      if (name === null || !isSnapshotName(name) || seen.has(name)) return
      seen.add(name)
      this.#count++
      this.#published.push({ name, at: now() })
      this.#wake()
    })
    this.#program = new Program({ packages: context.packages }, 'pull', file)
  }

  get pid(): number {
    return this.#program.pid
  }

  /** How many snapshots it has published. */
  get count(): number {
    return this.#count
  }

  get cpu(): number {
    return cpuOf(this.pid)
  }

  get peak(): number {
    return peakOf(this.pid)
  }

  /** The next snapshot that it publishes. */
  async next(seconds = 60): Promise<Published> {
    const end = performance.now() + seconds * 1000
    for (;;) {
      const published = this.#published.shift()
      if (published !== undefined) return published
      const left = end - performance.now()
      if (left <= 0 || !this.#program.alive) {
        const said = this.#program.log.slice(-5).map(({ msg }) => msg)
        throw new Error(`haproxystats-pull published nothing for ${seconds} s: ${said.join(' | ')}`)
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 1000))
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Forgets what was published and not waited for. */
  clear(): void {
    this.#published.length = 0
  }

  /** Removes a snapshot from the queue. */
  remove({ name }: Published): void {
    rmSync(join(this.base, 'incoming', name), { recursive: true, force: true })
  }

  async stop(): Promise<void> {
    this.#watcher.close()
    await this.#program.stop('SIGTERM')
  }
}
