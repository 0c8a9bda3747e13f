/** Processes that count, inherit, share, are reloaded, end and do not answer, beside a model that knows every request. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Asked, countersBy, countOf, outcomeOf } from '../../../../test/support/outcomes.ts'
import type { SourceResult } from '../sources/source.ts'
import { CounterOffsets } from './counter-offsets.ts'
import { parseOffsets } from './parse-offsets.ts'
import { renderOffsets } from './render-offsets.ts'

const objects = ['0\twww\tFRONTEND', '1\tapp\tBACKEND', '2\tapp\tone']

/** What a process tells of one object: which events, by their numbers. */
type Events = Set<number>

interface Process {
  readonly pid: number
  readonly started: number
  /** By object; shared ones are the same set. */
  readonly tells: readonly Events[]
  /** What it has counted itself, on its stats socket, too. */
  own: number
  /** No new one is started while it has not been read: what it began with shows only then. */
  read: boolean
}

interface Settings {
  readonly master: boolean
  readonly mode: 'own' | 'inherit' | 'share'
}

/** HAProxy at one address: a master with its workers, or one process after the other on one socket. */
class Place {
  readonly text: string
  readonly master: boolean
  readonly mode: Settings['mode']
  processes: Process[] = []
  fails = false

  constructor(text: string, { master, mode }: Settings) {
    this.text = text
    this.master = master
    this.mode = mode
  }

  get newest(): Process {
    return this.processes.at(-1) as Process
  }

  start(pid: number, started: number): void {
    const before = this.processes.at(-1)
    const tells = objects.map((_, index) => {
      const events = before?.tells[index]
      if (events === undefined || this.mode === 'own') return new Set<number>()
      return this.mode === 'share' ? events : new Set(events)
    })
    const process = { pid, started, tells, own: 0, read: false }
    this.processes = this.master ? [...this.processes, process] : [process]
  }
}

/** The size of an event in bytes, so that two processes seldom tell the same by chance. */
const sizeOf = (event: number) => 100 + ((event * 7919) % 997)

class World {
  readonly places: readonly Place[]
  offsets = new CounterOffsets()
  /** Every event that an answer told, by object. */
  readonly known = objects.map(() => new Set<number>())
  #events = 0
  #pids = 0
  #slot = 0
  readonly #highest = objects.map(() => 0)
  readonly #asked: number

  /** `asked`: how often each stats socket is asked between two pulls. */
  constructor(places: readonly Place[], asked: number) {
    this.places = places
    this.#asked = asked
    for (const place of places) this.start(place)
  }

  start(place: Place): void {
    place.start(++this.#pids, 10 * this.#slot + 1)
  }

  /** Requests that come as far as this object: those before it count them, too. */
  count(process: Process, object: number, more: number): void {
    // So few that the stats sockets are asked as often cannot be told from that.
    const times = this.#asked > 0 ? more + 12 : more
    for (let time = 0; time < times; time++) {
      this.#events++
      for (const events of process.tells.slice(0, object + 1)) events.add(this.#events)
    }
    process.own += times
  }

  /** Reads all that answer; the sums of all objects, of which none falls. */
  pull(): number[] {
    this.#slot++
    const outcomes = this.places.flatMap((place) => {
      if (place.fails) return [outcomeOf({ text: place.text, outcome: 'failed' })]
      return place.processes.map((process) => this.#read(place, process))
    })
    const { objects: added, overlap } = this.offsets.update(outcomes, 10 * this.#slot)
    return objects.map((key, index) => {
      const told = outcomes.map((one) => countIn(one, key))
      const sum = [countOf(added.get(key), 'stot'), countOf(overlap.get(key), 'stot'), ...told]
      const total = sum.reduce((all, count) => all + count, 0)
      if (this.places.some(({ fails }) => !fails)) {
        expect(total).toBeGreaterThanOrEqual(this.#highest[index] as number)
        this.#highest[index] = total
      }
      return total
    })
  }

  #read({ text, master }: Place, process: Process): SourceResult {
    process.read = true
    process.own += this.#asked
    const told = objects.map((key, index) => {
      const events = [...(process.tells[index] as Events)]
      for (const event of events) this.known[index]?.add(event)
      const bytes = events.reduce((sum, event) => sum + sizeOf(event), 0)
      return [key, { stot: events.length, h1req: events.length, bin: bytes, bout: 2 * bytes }] as const
    })
    const { pid, started, own } = process
    const asked: Asked = {
      ...{ text, pid, started, version: '3.4.0', uptime: 10 * this.#slot - started },
      counters: countersBy({ CumReq: own, CumConns: own }, Object.fromEntries(told)),
      ...(master && { worker: pid }),
    }
    return outcomeOf(asked)
  }
}

function countIn(outcome: SourceResult, key: string): number {
  return outcome.outcome === 'answered' ? countOf(outcome.counters?.objects.get(key), 'stot') : 0
}

const whats = ['count', 'count', 'count', 'pull', 'pull', 'reload', 'end', 'fail', 'answer', 'forget'] as const

const steps = fc.array(
  fc.record({
    place: fc.nat(1),
    what: fc.constantFrom(...whats),
    old: fc.boolean(),
    object: fc.nat(2),
    times: fc.integer({ min: 1, max: 60 }),
  }),
  { maxLength: 60 },
)
type Steps = typeof steps extends fc.Arbitrary<infer All> ? All : never

type Setting = readonly [Settings, Settings, asked: number]

const place: fc.Arbitrary<Settings> = fc.record({
  master: fc.boolean(),
  mode: fc.constantFrom('own', 'inherit', 'share'),
})
const setting: fc.Arbitrary<Setting> = fc.tuple(place, place, fc.constantFrom(0, 2))

/** Runs them; `quiet`: nothing is counted between the start of a process and the first time that it is read. */
function run([one, other, asked]: Setting, all: Steps, quiet: boolean): World {
  const places = [new Place('unix:///a', one), new Place('master:///b', other)]
  const world = new World(places, asked)
  world.pull()
  for (const { place: number, what, old, object, times } of all) {
    const place = places[number] as Place
    const unread = place.processes.some(({ read }) => !read)
    if (what === 'pull') world.pull()
    if (what === 'forget')
      world.offsets = new CounterOffsets(parseOffsets(Buffer.concat(renderOffsets(world.offsets.state))))
    if (what === 'fail' || what === 'answer') place.fails = what === 'fail'
    if (what === 'count' && !(quiet && unread)) {
      world.count((old ? place.processes[0] : undefined) ?? place.newest, object, times)
    }
    if (what === 'reload' && !unread && !place.fails) {
      if (quiet) world.pull()
      world.start(place)
    }
    if (what === 'end' && place.processes.length > 1 && !unread) place.processes.shift()
  }
  for (const one of places) one.fails = false
  for (let pull = 0; pull < 3; pull++) world.pull()
  return world
}

test('sums never fall and never tell what was not counted, whatever processes do', () => {
  fc.assert(
    fc.property(setting, steps, (places, all) => {
      const world = run(places, all, false)
      world.pull().forEach((sum, index) => {
        expect(sum).toBeLessThanOrEqual(world.known[index]?.size ?? 0)
      })
    }),
    { numRuns: 500 },
  )
})

test('sums are everything that any answer told, once, when processes begin while nothing happens', () => {
  fc.assert(
    fc.property(setting, steps, (places, all) => {
      const world = run(places, all, true)
      expect(world.pull()).toEqual(world.known.map(({ size }) => size))
    }),
    { numRuns: 500 },
  )
})
