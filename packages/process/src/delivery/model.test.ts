import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { silentLogger } from '@haproxystats/core/program'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encode, output } from '../../../../test/support/delivery.ts'
import { SnapshotQueue } from '../queue/snapshot-queue.ts'
import type { Backlog, Batch } from '../types/output.ts'
import type { Queue } from '../types/queue.ts'
import type { Work, WorkResult } from '../types/work.ts'
import { countMissing } from './counts.ts'
import { Delivery } from './delivery.ts'

/**
 * Random sequences of what can happen to delivery, on a real queue directory, against a plain model: which snapshots were
 * published, and what each destination got. A kill stops the program at any of its operations, before or after the
 * operation has had its effect; what runs on afterwards is a new program that knows only what is on disk.
 */
const outputNames = ['graphite', 'local-store'] as const

/** What may wait, for each destination and in the queue. */
interface Limits {
  readonly backlogs: Readonly<Record<(typeof outputNames)[number], Backlog>>
  readonly queueSize: number
}

/** The destinations live through every kill. */
class World {
  readonly down = new Set<string>()
  /** By output, for each program one list of what it sent, in order. */
  readonly got = new Map<string, string[][]>(outputNames.map((name) => [name, []]))
  readonly published: string[] = []
  readonly broken = new Set<string>()
  readonly directory: string
  readonly limits: Limits
  readonly programs: Program[] = []
  #program: Program | undefined

  constructor(directory: string, limits: Limits) {
    this.directory = directory
    this.limits = limits
  }

  async publish(broken: boolean): Promise<void> {
    const name = String(this.published.length + 1)
    const unfinished = join(this.directory, `unfinished-${name}`)
    await mkdir(unfinished)
    await writeFile(join(unfinished, 'a_stat'), broken ? 'broken' : 'whole')
    if (broken) this.broken.add(name)
    await rename(unfinished, join(this.directory, 'incoming', name))
    this.published.push(name)
  }

  program(): Program {
    if (this.#program === undefined) {
      this.#program = new Program(this)
      this.programs.push(this.#program)
    }
    return this.#program
  }

  /** Ends the program: at once, or at its n-th operation from now. */
  kill(): void {
    this.#program?.die()
    this.#program = undefined
  }

  async settle(): Promise<void> {
    const program = this.program()
    program.stable()
    this.down.clear()
    for (let round = 0; round < 2000; round++) {
      program.delivery.scan()
      await delay(1)
      if ((await readdir(join(this.directory, 'incoming'))).length === 0) return
    }
    throw new Error('the queue is never empty')
  }
}

/** One life of the program; once it is dead nothing that it had begun goes on. */
class Program {
  readonly delivery: Delivery
  /** Its directories are ready, and it goes on from there. */
  readonly opened: Promise<void>
  readonly #world: World
  #operations = Number.POSITIVE_INFINITY
  #afterEffect = false
  #dead = false

  constructor(world: World) {
    this.#world = world
    const real = new SnapshotQueue(join(world.directory, 'incoming'), 1e6)
    const queue: Queue = {
      pathOf: (snapshot) => real.pathOf(snapshot),
      list: () => this.#do(() => real.list()),
      fates: (snapshot) => this.#do(() => real.fates(snapshot)),
      mark: (snapshot, name, fate) => this.#do(() => real.mark(snapshot, name, fate)),
      remove: (snapshot) => this.#do(() => real.remove(snapshot)),
      quarantine: (snapshot, reason) => this.#do(() => real.quarantine(snapshot, reason)),
    }
    const outputs = outputNames.map((name) => {
      const sent: string[] = []
      world.got.get(name)?.push(sent)
      const send = async (batches: readonly Batch[]) => {
        if (world.down.has(name)) throw new Error('down')
        sent.push(...batches.map(({ snapshot }) => snapshot))
      }
      return output(
        name,
        { send: (batches) => this.#do(() => send(batches)), close: async () => undefined },
        {
          encoding: { encoder: name, options: null },
          retry: { retries: -1, interval: 0.001, backoff: 1, delay: 0.001 },
          prefetchDatapoints: 30,
          maxSendDatapoints: name === 'graphite' ? 20 : 1,
          backlog: world.limits.backlogs[name],
        },
      )
    })
    const run = (work: Work) => this.#do(() => this.#work(work))
    this.delivery = new Delivery({ queue, run, outputs, queueSize: world.limits.queueSize, log: silentLogger() })
    this.opened = real.open()
    void this.opened.then(() => this.delivery.run(new AbortController().signal))
  }

  die(): void {
    this.#dead = true
  }

  /** Dies at the n-th operation from now, before or after its effect. */
  dieAt(operations: number, afterEffect: boolean): void {
    this.#operations = operations
    this.#afterEffect = afterEffect
  }

  stable(): void {
    this.#operations = Number.POSITIVE_INFINITY
  }

  async #work({ snapshot, encodings }: Work): Promise<WorkResult> {
    return this.#world.broken.has(snapshot) ? { outcome: 'invalid', reason: 'broken' } : encode({ encodings })
  }

  async #do<T>(operation: () => Promise<T>): Promise<T> {
    const last = --this.#operations === 0
    if (this.#dead || (last && !this.#afterEffect)) return this.#stopped()
    const result = await operation()
    return this.#dead || last ? this.#stopped() : result
  }

  #stopped(): Promise<never> {
    this.#dead = true
    return new Promise(() => undefined)
  }
}

type Event =
  | { readonly kind: 'publish'; readonly broken: boolean }
  | { readonly kind: 'down'; readonly output: (typeof outputNames)[number] }
  | { readonly kind: 'up'; readonly output: (typeof outputNames)[number] }
  | { readonly kind: 'run'; readonly milliseconds: number }
  | { readonly kind: 'kill'; readonly operations: number; readonly afterEffect: boolean }

const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      broken: fc.integer({ max: 9, min: 0 }).map((n) => n === 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('down' as const, 'up' as const),
      output: fc.constantFrom(...outputNames),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('run' as const), milliseconds: fc.integer({ min: 0, max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('kill' as const),
      operations: fc.integer({ min: 1, max: 12 }),
      afterEffect: fc.boolean(),
    }),
  },
)

async function happen(world: World, event: Event): Promise<void> {
  if (event.kind === 'publish') await world.publish(event.broken)
  else if (event.kind === 'down') world.down.add(event.output)
  else if (event.kind === 'up') world.down.delete(event.output)
  else if (event.kind === 'run') {
    world.program().delivery.scan()
    await delay(event.milliseconds)
  } else {
    world.program().dieAt(event.operations, event.afterEffect)
    world.program().delivery.scan()
    await delay(2)
    world.kill()
  }
}

async function run(sequence: readonly Event[], limits: Limits): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'model-'))
  const world = new World(directory, limits)
  try {
    await mkdir(join(directory, 'incoming'))
    for (const event of sequence) await happen(world, event)
    await world.settle()
    const owed = world.published.filter((name) => !world.broken.has(name))
    for (const [name, lives] of world.got) {
      const all = new Set(lives.flat())
      const lacking = owed.filter((snapshot) => !all.has(snapshot)).length
      const dropped = world.programs.reduce((sum, { delivery }) => sum + (delivery.outputs.get(name)?.dropped ?? 0), 0)
      expect(
        [...all].filter((snapshot) => !owed.includes(snapshot)),
        `${name} got nothing else`,
      ).toEqual([])
      expect(lacking, `${name} lacks no more than was dropped`).toBeLessThanOrEqual(dropped)
      if (world.programs.length === 1 && world.broken.size === 0)
        expect(lacking, `${name} did not get what was dropped`).toBe(dropped)
      for (const life of lives)
        expect(life, `${name} in order, once in each life`).toEqual([...new Set(life)].sort(byAge))
    }
    expect(countMissing(world.program().delivery.counts)).toBe(0)
    const quarantined = (await readdir(join(directory, 'quarantine')).catch(() => [])).filter((name) =>
      /^\d+$/.test(name),
    )
    expect(quarantined.filter((snapshot) => !world.broken.has(snapshot))).toEqual([])
    // One that all have lost is out of the queue before anybody saw that it is broken.
    if (limits === unlimited) expect(quarantined.sort(byAge)).toEqual([...world.broken].sort(byAge))
  } finally {
    world.kill()
    await Promise.all(world.programs.map(({ opened }) => opened))
    // What a dead program had begun may end meanwhile.
    await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 10 })
  }
}

const byAge = (one: string, other: string) => Number(one) - Number(other)

const backlog: fc.Arbitrary<Backlog> = fc.record({
  most: fc.constantFrom(1, 3, 1000),
  full: fc.constantFrom('drop-newest' as const, 'drop-oldest' as const),
})

const unlimited: Limits = {
  backlogs: { graphite: { most: 1000, full: 'drop-newest' }, 'local-store': { most: 1000, full: 'drop-newest' } },
  queueSize: 1000,
}

/** With and without limits, in halves. */
const limits: fc.Arbitrary<Limits> = fc.oneof(
  fc.constant(unlimited),
  fc.record({
    backlogs: fc.record({ graphite: backlog, 'local-store': backlog }),
    queueSize: fc.constantFrom(2, 5, 1000),
  }),
)

/** Sequences that once failed; each stays here for good. */
const seeds: readonly (readonly Event[])[] = [
  // A snapshot that left the queue while it was being read was taken a second time.
  [
    { kind: 'down', output: 'graphite' },
    { kind: 'publish', broken: true },
    { kind: 'publish', broken: false },
    { kind: 'publish', broken: false },
    { kind: 'publish', broken: false },
    { kind: 'kill', operations: 11, afterEffect: false },
    { kind: 'kill', operations: 9, afterEffect: true },
  ],
]

test('whatever happens, every destination gets every snapshot that it has room for, in order', async () => {
  const runs = Number(process.env['MODEL_RUNS'] ?? 150)
  const sequences = fc.array(events, { maxLength: 60 })
  await fc.assert(fc.asyncProperty(sequences, limits, run), {
    numRuns: runs,
    examples: seeds.map((seed): [Event[], Limits] => [[...seed], unlimited]),
    endOnFailure: false,
  })
}, 600_000)
