import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from '@haproxystats/core'
import { silentLogger } from '@haproxystats/core/program'
import type { Delivery } from '../../packages/process/src/delivery/delivery.ts'
import { roomIn } from '../../packages/process/src/delivery/limits.ts'
import { pull } from '../../packages/pull/src/pull.ts'
import { Receiver } from '../faults/harness/receiver.ts'
import { Shape } from '../faults/harness/shape.ts'
import { Judge } from './judge.ts'
import { Life, lives, type Operation } from './life.ts'
import { processInOneThread } from './programs.ts'
import type { Places } from './published.ts'
import { configurationOf, interval, queueSize, type Setting } from './setting.ts'
import { Sources } from './sources.ts'
import { Time } from './time.ts'

export const programs = ['pull', 'process'] as const
export type ProgramName = (typeof programs)[number]

/** So many turns of the event loop in which nothing goes on are rest. */
const restful = 3

/** How long, in real milliseconds, everything may take to come to rest. */
const patience = 30_000

/** In memory where that can be had. */
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** Errors that end a program, which systemd then starts again. */
const foreseen = ['QUEUE_IO', 'CONFIGURATION']

/** Both programs in one process, with everything around them: directories, HAProxy, Graphite, clocks. */
export class World {
  readonly directory = mkdtempSync(join(base, 'hs-model-'))
  readonly time = new Time()
  readonly receiver: Receiver
  readonly sources: Sources
  readonly judge: Judge
  readonly places: Places
  /** Programs that are not restarted for now. */
  readonly absent = new Set<ProgramName>()
  readonly #setting: Setting
  /** Of the program that runs, or of which something still goes on. */
  readonly #lives = new Map<ProgramName, Life>()
  #delivery: Delivery | undefined

  constructor(setting: Setting) {
    this.#setting = setting
    const place = (name: string) => join(this.directory, name)
    this.places = {
      queue: place('incoming'),
      temporary: place('incoming.tmp'),
      removing: place('incoming.removing'),
      quarantine: place('quarantine'),
      store: place('store'),
      sockets: place('haproxy'),
    }
    for (const name of ['incoming', 'incoming.tmp', 'store', 'haproxy']) mkdirSync(place(name), { mode: 0o750 })
    this.sources = new Sources(this.places.sockets, new Shape({ processes: 2, frontends: 1, backends: 1, servers: 1 }))
    const { places, sources } = this
    this.judge = new Judge({ places, sources, interval, room: roomIn(queueSize) })
    this.receiver = new Receiver({ arrive: (line) => this.judge.arrive('graphite', line) })
  }

  async open(): Promise<void> {
    await this.sources.heal()
    await this.receiver.listen()
  }

  get delivery(): Delivery | undefined {
    return this.life('process') && this.#delivery
  }

  /** The life of a program that is running. */
  life(program: ProgramName): Life | undefined {
    const life = this.#lives.get(program)
    return life === undefined || life.dead || life.over ? undefined : life
  }

  /** Starts what is not running and not absent, as systemd does. */
  async revive(): Promise<void> {
    for (const program of programs) {
      if (this.life(program) !== undefined) continue
      await this.bury(program)
      if (this.absent.has(program)) continue
      this.#lives.set(program, this.#begin(program))
    }
  }

  /** Waits until nothing of a life that has ended goes on, and complains of what it leaves open. */
  async bury(program: ProgramName): Promise<void> {
    const life = this.#lives.get(program)
    if (life === undefined) return
    await this.rest(() => life.over, `the end of ${program}`)
    this.#lives.delete(program)
    if (life.dead) this.judge.count('kills')
    if (life.leaks.length > 0) this.judge.complain(`${program} has ended and left ${life.leaks.join(', ')}`)
    const failure = life.failure as NodeJS.ErrnoException | undefined
    if (failure === undefined || foreseen.includes(failure.code ?? '')) return
    this.judge.complain(`${program} has ended: ${failure.stack ?? failure}`)
  }

  /** Ends a program by SIGTERM; it has to end in time. */
  async stop(program: ProgramName): Promise<void> {
    const life = this.life(program)
    if (life === undefined) return
    life.stop()
    for (let second = 0; second < 30 && !life.over; second++) {
      await this.rest()
      if (!life.over) await this.pass(1000)
    }
    if (life.over) await this.bury(program)
    else this.judge.complain(`${program} has not ended 30 s after SIGTERM`)
  }

  /** Makes process read the queue, as an event of the watch does. */
  notice(): void {
    const life = this.life('process')
    if (life !== undefined) lives.run(life, () => this.#delivery?.scan())
  }

  /** Lets time pass; with `turns` nothing is waited for but so many turns of the event loop. */
  async pass(milliseconds: number, turns?: number): Promise<void> {
    await this.time.pass(milliseconds, () => this.settle(turns))
  }

  async settle(turns?: number): Promise<void> {
    if (turns === undefined) return this.rest()
    for (let count = 0; count < turns; count++) await turn()
  }

  /** Waits until everything waits for time to pass, and until `also`. */
  async rest(also: () => boolean = () => true, what = 'rest'): Promise<void> {
    const end = performance.now() + patience
    for (let still = 0; still < restful; ) {
      if (performance.now() > end) throw new Error(`waited ${patience / 1000} s in vain for ${what}: ${this.#state()}`)
      await turn()
      still = this.#goesOn() || !also() ? 0 : still + 1
    }
  }

  /** Throws all complaints. */
  check(): void {
    if (this.judge.complaints.length > 0) throw new Error(this.judge.complaints.join('\n'))
  }

  async close(): Promise<void> {
    for (const program of programs) this.#lives.get(program)?.kill()
    for (const program of programs) await this.bury(program)
    await this.sources.close()
    await this.receiver.close()
    rmSync(this.directory, { recursive: true, force: true })
  }

  #begin(program: ProgramName): Life {
    const { time } = this
    const onDelivery = (delivery: Delivery) => {
      this.#delivery = delivery
    }
    const begun = (operation: Operation) => this.judge.begun(operation)
    const done = (operation: Operation) =>
      this.judge.done(program, operation, this.#delivery?.outputs.get('graphite')?.proof !== 'plain')
    const life = new Life(program, { time, begun, done })
    const configuration = configurationOf(this, this.#setting)
    const log = this.#logger()
    const clock = () => ({ wall: time.wall, monotonic: time.now })
    life.begin((signal) => {
      if (program === 'pull') return pull(configuration, { log, signal, clock })
      return processInOneThread(configuration, { log, signal, onDelivery })
    })
    return life
  }

  /** Whether anything goes on without time passing; an open connection does, unless the other side keeps it open. */
  #goesOn(): boolean {
    let sockets = 0
    for (const { inFlight, sockets: open } of this.#lives.values()) {
      if (inFlight > 0) return true
      sockets += open
    }
    return sockets > this.sources.stalled + this.receiver.kept.size
  }

  #state(): string {
    const lives = [...this.#lives.values()].map(({ program, dead, over, inFlight, sockets }) => {
      return { program, dead, over, inFlight, sockets }
    })
    return JSON.stringify({ lives, stalled: this.sources.stalled, kept: this.receiver.kept.size })
  }

  /** Logs nothing, and complains of what the programs themselves log as a defect. */
  #logger(): Logger {
    const error = (_facts: unknown, text: string) => {
      if (text.includes('a defect of the program')) this.judge.complain(text)
    }
    return Object.assign(silentLogger(), { error })
  }
}
