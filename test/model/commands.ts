import fc from 'fast-check'
import type { Behaviour } from '../faults/harness/receiver.ts'
import { damage, damages } from './damage.ts'
import type { Effect } from './life.ts'
import { interval, queueSize } from './setting.ts'
import type { Manner } from './sources.ts'
import { programs, type World } from './world.ts'

/** How Graphite behaves; `at` counts bytes of a connection, with `slow` seconds until it closes its side. */
type Relay =
  | { readonly kind: 'up' | 'down' | 'never-close' }
  | { readonly kind: 'reset' | 'close' | 'slow'; readonly at: number }

/** One thing that happens, as it stands in a counterexample. */
export class Command {
  readonly #text: string
  readonly run: (world: World) => Promise<void> | void

  constructor(text: string, run: (world: World) => Promise<void> | void) {
    this.#text = text
    this.run = run
  }

  [fc.toStringMethod](): string {
    return this.#text
  }
}

/** `weight`: how often it comes, in relation to the others. */
function command<Given>(
  name: string,
  weight: number,
  given: fc.Arbitrary<Given>,
  run: (world: World, given: Given) => Promise<void> | void,
) {
  const arbitrary = given.map((one) => new Command(`${name} ${JSON.stringify(one)}`, (world) => run(world, one)))
  return { weight, arbitrary }
}

const nothing = fc.constant({})
const program = fc.constantFrom(...programs)
const process = fc.integer({ min: 0, max: 1 })
const thousandths = fc.integer({ min: 0, max: 999 })

/** Turns of the event loop to wait for the effects of a command; without a number all of them are waited for. */
const turns = fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, fc.integer({ min: 0, max: 12 }))

/** One of several words. */
const oneOf = <const W extends string>(...words: W[]) => fc.constantFrom<W>(...words)

const manner: fc.Arbitrary<Manner> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: oneOf('whole') }) },
  { weight: 2, arbitrary: fc.record({ kind: oneOf('header', 'refuse', 'gone') }) },
  { weight: 2, arbitrary: fc.record({ kind: oneOf('cut', 'stall'), at: thousandths }) },
)

const relay: fc.Arbitrary<Relay> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: oneOf('up', 'up', 'up', 'down', 'never-close') }) },
  { weight: 2, arbitrary: fc.record({ kind: oneOf('reset', 'close'), at: fc.integer({ min: 0, max: 4000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: oneOf('slow'), at: fc.integer({ min: 1, max: 14 }) }) },
)

/** Goes on to the beginning of the next slot, where pull does its work. */
export async function tick(world: World, hurry?: number): Promise<void> {
  await world.pass(interval * 1000 - (world.time.wall % (interval * 1000)), hurry)
}

/** From the next connection on; `down` also resets those that are open. */
function setRelay({ receiver, time }: World, to: Relay): void {
  const behaviours: Readonly<Record<Relay['kind'], Behaviour>> = {
    up: {},
    down: { resetAt: 0 },
    'never-close': { neverClose: true },
    slow: { neverClose: true },
    reset: 'at' in to ? { resetAt: to.at } : {},
    close: 'at' in to ? { closeAt: to.at } : {},
  }
  receiver.behave(behaviours[to.kind])
  receiver.onKept = () => {
    if (to.kind === 'slow') time.schedule(to.at * 1000, () => receiver.closeKept())
  }
  if (to.kind === 'down') receiver.dropAll()
}

const commands = [
  command('tick', 18, fc.record({ hurry: turns, notice: fc.boolean() }), async (world, { hurry, notice }) => {
    await tick(world, hurry)
    if (!notice) return
    world.notice()
    await world.settle(hurry)
  }),
  command('pass', 3, fc.record({ hurry: turns, tenths: fc.integer({ min: 1, max: 80 }) }), (world, { hurry, tenths }) =>
    world.pass(tenths * 100, hurry),
  ),
  command('clock', 1, fc.constantFrom(-3600, 3600, -1, 1, -2, 2, -4, -6, -10, 0.3, -0.3), ({ time }, seconds) => {
    time.offset += seconds * 1000
  }),
  command('suspend', 1, fc.integer({ min: 1, max: 20 }), (world, seconds) => {
    world.time.now += seconds * 1000
    return world.pass(1)
  }),
  command('haproxy', 3, fc.record({ process, manner }), (world, given) =>
    world.sources.behave(given.process, given.manner),
  ),
  command('reload', 2, process, ({ sources }, which) => sources.reload(which)),
  command(
    'kill',
    5,
    fc.record({
      which: program,
      at: fc.integer({ min: 1, max: 60 }),
      effect: oneOf<Effect>('before', 'midway', 'after'),
      absent: fc.integer({ min: 0, max: 4 }).map((number) => number === 4),
    }),
    (world, { which, at, effect, absent }) => {
      world.life(which)?.endAt(at, effect)
      if (absent) world.absent.add(which)
    },
  ),
  command('start', 3, nothing, ({ absent }) => absent.clear()),
  command('stop', 1, program, (world, which) => world.stop(which)),
  command('relay', 4, relay, setRelay),
  command('fill', 1, nothing, async (world) => {
    setRelay(world, { kind: 'down' })
    for (let count = 0; count < queueSize + 2; count++) await tick(world)
  }),
  command(
    'damage',
    1,
    fc.record({
      snapshot: fc.nat({ max: queueSize }),
      file: fc.nat({ max: 4 }),
      at: thousandths,
      how: fc.nat({ max: damages.length - 1 }),
    }),
    damage,
  ),
]

/** All is well again: HAProxy and Graphite are there, and both programs run. */
export async function heal(world: World): Promise<void> {
  await world.sources.heal()
  setRelay(world, { kind: 'up' })
  world.receiver.closeKept()
  for (const name of programs) world.life(name)?.endAt()
  world.absent.clear()
  await world.revive()
}

/** Of any length up to 160 commands; of 60 on average, because fast-check prefers short ones. */
export const sequences = fc.array(fc.oneof(...commands), { maxLength: 160, size: 'max' })
