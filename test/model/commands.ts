import fc from 'fast-check'
import type { Behaviour } from '../faults/harness/receiver.ts'
import { type Damage, damage, damages } from './damage.ts'
import type { Effect } from './life.ts'
import type { DiskFault } from './machine.ts'
import { interval, queueSize } from './setting.ts'
import type { Manner } from './sources.ts'
import { type ProgramName, programs, type World } from './world.ts'

/** How Graphite behaves; `at` counts bytes of a connection, with `slow` seconds until it closes its side. */
type Relay =
  | { readonly kind: 'up' | 'down' | 'never-close' }
  | { readonly kind: 'reset' | 'close' | 'slow'; readonly at: number }

/** Turns of the event loop to wait for what a command began; all of it is waited for unless given. */
interface Hurry {
  readonly turns?: number
}

/** Everything that can happen, with what it has to be told. */
interface Commands {
  tick: Hurry & { readonly notice: boolean }
  pass: Hurry & { readonly seconds: number }
  clock: { readonly seconds: number }
  suspend: { readonly seconds: number }
  haproxy: { readonly process: number; readonly manner: Manner }
  reload: { readonly process: number }
  kill: { readonly program: ProgramName; readonly at: number; readonly effect: Effect; readonly absent: boolean }
  start: object
  stop: { readonly program: ProgramName }
  disk: { readonly fault: DiskFault; readonly before: number; readonly count: number }
  free: object
  relay: Relay
  fill: object
  damage: Damage
  second: { readonly program: ProgramName }
}

type Name = keyof Commands

/** One command, as it stands in a counterexample. */
export type Command = { [N in Name]: { readonly name: N } & Commands[N] }[Name]

interface Row<Told> {
  /** How often it comes, in relation to the others. */
  readonly weight: number
  readonly told: fc.Arbitrary<Told>
  run(world: World, told: Told): Promise<void> | void
}

const nothing = fc.constant({})
const program = fc.constantFrom(...programs)
const process = fc.integer({ min: 0, max: 1 })
const thousandths = fc.integer({ min: 0, max: 999 })
const hurried: fc.Arbitrary<Hurry> = fc.oneof(
  { weight: 2, arbitrary: nothing },
  { weight: 1, arbitrary: fc.record({ turns: fc.integer({ min: 0, max: 12 }) }) },
)

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
export async function tick(world: World, turns?: number): Promise<void> {
  await world.pass(interval * 1000 - (world.time.wall % (interval * 1000)), turns)
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

const rows: { readonly [N in Name]: Row<Commands[N]> } = {
  tick: {
    weight: 18,
    told: fc.tuple(hurried, fc.boolean()).map(([turns, notice]) => ({ ...turns, notice })),
    run: async (world, { turns, notice }) => {
      await tick(world, turns)
      if (!notice) return
      world.notice()
      await world.settle(turns)
    },
  },
  pass: {
    weight: 3,
    told: fc
      .tuple(hurried, fc.integer({ min: 1, max: 80 }))
      .map(([turns, tenths]) => ({ ...turns, seconds: tenths / 10 })),
    run: (world, { seconds, turns }) => world.pass(seconds * 1000, turns),
  },
  clock: {
    weight: 1,
    told: fc.record({ seconds: fc.constantFrom(-3600, 3600, -1, 1, -2, 2, -4, -6, -10, 0.3, -0.3) }),
    run: ({ time }, { seconds }) => {
      time.offset += seconds * 1000
    },
  },
  suspend: {
    weight: 1,
    told: fc.record({ seconds: fc.integer({ min: 1, max: 20 }) }),
    run: (world, { seconds }) => {
      world.time.now += seconds * 1000
      return world.pass(1)
    },
  },
  haproxy: {
    weight: 3,
    told: fc.record({ process, manner }),
    run: ({ sources }, { process, manner }) => sources.behave(process, manner),
  },
  reload: { weight: 2, told: fc.record({ process }), run: ({ sources }, { process }) => sources.reload(process) },
  kill: {
    weight: 5,
    told: fc.record({
      program,
      at: fc.integer({ min: 1, max: 60 }),
      effect: oneOf('before', 'midway', 'after'),
      absent: fc.integer({ min: 0, max: 4 }).map((number) => number === 4),
    }),
    run: (world, { program, at, effect, absent }) => {
      world.life(program)?.endAt(at, effect)
      if (absent) world.absent.add(program)
    },
  },
  start: { weight: 3, told: nothing, run: ({ absent }) => absent.clear() },
  stop: { weight: 1, told: fc.record({ program }), run: (world, { program }) => stopProgram(world, program) },
  disk: {
    weight: 2,
    told: fc.record({
      fault: oneOf('ENOSPC', 'EIO', 'short'),
      before: fc.integer({ min: 0, max: 25 }),
      count: fc.constantFrom(1, 1, 2, 5, 500),
    }),
    run: ({ disk }, { fault, before, count }) => disk.fail(fault, before, count),
  },
  free: { weight: 2, told: nothing, run: ({ disk }) => disk.free() },
  relay: { weight: 4, told: relay, run: (world, to) => setRelay(world, to) },
  fill: {
    weight: 1,
    told: nothing,
    run: async (world) => {
      setRelay(world, { kind: 'down' })
      for (let count = 0; count < queueSize + 2; count++) await tick(world)
    },
  },
  damage: {
    weight: 1,
    told: fc.record({
      snapshot: fc.nat({ max: queueSize }),
      file: fc.nat({ max: 4 }),
      at: thousandths,
      how: fc.nat({ max: damages.length - 1 }),
    }),
    run: (world, told) => damage(world, told),
  },
  second: { weight: 1, told: fc.record({ program }), run: (world, { program }) => startSecond(world, program) },
}

/** It must be refused, and leave everything as it is. */
async function startSecond(world: World, program: ProgramName): Promise<void> {
  await world.rest()
  if (world.life(program) === undefined) return
  const failure = (await world.second(program)) as NodeJS.ErrnoException | undefined
  if (failure?.code !== 'QUEUE_BUSY') world.judge.complain(`a second ${program} was not refused: ${failure}`)
  world.judge.count('second programs')
}

/** Ends a program by SIGTERM; it has to end in time. */
export async function stopProgram(world: World, program: ProgramName): Promise<void> {
  const life = world.life(program)
  if (life === undefined) return
  life.stop()
  for (let second = 0; second < 30 && !life.over; second++) {
    await world.rest()
    if (!life.over) await world.pass(1000)
  }
  if (life.over) {
    world.judge.count('stops')
    await world.bury(program)
  } else world.judge.complain(`${program} has not ended 30 s after SIGTERM`)
}

/** All is well again: HAProxy and Graphite are there, the disk works, both programs run. */
export async function heal(world: World): Promise<void> {
  world.disk.free()
  await world.sources.heal()
  setRelay(world, { kind: 'up' })
  world.receiver.closeKept()
  for (const name of programs) world.life(name)?.spare()
  world.absent.clear()
  await world.revive()
}

export async function happen(world: World, { name, ...told }: Command): Promise<void> {
  await world.revive()
  await rows[name].run(world, told as never)
  world.check()
}

const anyCommand = fc.oneof(
  ...Object.entries(rows).map(([name, { weight, told }]) => ({
    weight,
    arbitrary: (told as fc.Arbitrary<object>).map((given) => ({ name, ...given }) as Command),
  })),
)

/** Of any length up to 160 commands; of 60 on average, because fast-check prefers short ones. */
export const sequences = fc.array(anyCommand, { maxLength: 160, size: 'max' })
