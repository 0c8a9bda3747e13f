import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type SlotRun, UsedSlots } from './slots.ts'
import { createTicker, type Look, ticks } from './tick.ts'

/** A made-up machine: time passes, sleeps are slept, the wall clock can be set. In milliseconds. */
class Machine {
  wall: number
  monotonic = 5_000_000
  readonly taken: { slot: number; missed: number; late: number }[] = []
  readonly #look: ReturnType<typeof createTicker>

  constructor(wallSeconds: number, interval: number, earlier: readonly SlotRun[] = []) {
    this.wall = wallSeconds * 1000
    this.#look = createTicker(interval, new UsedSlots(interval, earlier))
  }

  pass(seconds: number): void {
    this.wall += seconds * 1000
    this.monotonic += seconds * 1000
  }

  /** Lets the program run, as `ticks` does, with pulls that take `pullSeconds`. Returns the last look. */
  run(seconds: number, pullSeconds = 0): Look | undefined {
    const end = this.monotonic + seconds * 1000
    let look: Look | undefined
    while (this.monotonic < end) {
      look = this.#look({ wall: this.wall, monotonic: this.monotonic })
      if (look.due) {
        this.taken.push({ slot: look.slot, missed: look.missed, late: this.wall / 1000 - look.slot })
        this.pass(pullSeconds)
      } else this.pass(Math.min(look.milliseconds, 1000) / 1000)
    }
    return look
  }

  get slots(): number[] {
    return this.taken.map(({ slot }) => slot)
  }
}

/** Tenths, because doubles of fast-check are nearly always next to nothing. */
const seconds = (most: number) => fc.integer({ min: 0, max: most * 10 }).map((tenths) => tenths / 10)

const range = (from: number, to: number, interval: number) =>
  Array.from({ length: (to - from) / interval + 1 }, (_, index) => from + index * interval)

describe('ticks', () => {
  it('begin at the next slot and keep their phase whatever a pull takes', () => {
    const machine = new Machine(1_000_003.2, 10)
    machine.run(100, 3.7)
    expect(machine.slots).toEqual(range(1_000_010, 1_000_100, 10))
    for (const { late } of machine.taken) expect(late).toBeCloseTo(0)
  })

  it('come without a burst after the program stood still', () => {
    const machine = new Machine(1_000_003, 10)
    machine.run(20)
    machine.pass(38)
    machine.run(20)
    expect(machine.slots).toEqual([1_000_010, 1_000_020, 1_000_060, 1_000_070, 1_000_080])
    expect(machine.taken[2]).toMatchObject({ missed: 3 })
  })

  it('are missed rather than taken in the second half of their slot', () => {
    const machine = new Machine(1_000_003, 10)
    machine.run(10)
    machine.pass(15)
    machine.run(10)
    expect(machine.slots).toEqual([1_000_010, 1_000_030])
    expect(machine.taken[1]).toMatchObject({ missed: 1 })
  })

  it('leave a gap when the clock goes forward', () => {
    const machine = new Machine(1_000_003, 10)
    machine.run(20)
    machine.wall += 3_600_000
    machine.run(20)
    expect(machine.slots).toEqual([1_000_010, 1_000_020, 1_003_630, 1_003_640])
  })

  it('wait out a small step back', () => {
    const machine = new Machine(1_000_003, 10)
    machine.run(20)
    machine.wall -= 15_000
    expect(machine.run(2)).toMatchObject({ due: false, behind: 20 })
    machine.run(40)
    expect(machine.slots).toEqual([1_000_010, 1_000_020, 1_000_030, 1_000_040])
  })

  it('believe a clock that went back after three slots in a row', () => {
    const machine = new Machine(1_000_003, 10)
    machine.run(20)
    machine.wall -= 3_600_000
    machine.run(60)
    expect(machine.slots).toEqual([1_000_010, 1_000_020, ...range(996_450, 996_480, 10)])
  })

  it('do not believe a clock that keeps being set', () => {
    const machine = new Machine(1_000_003, 10)
    machine.run(20)
    for (let step = 0; step < 20; step++) {
      machine.wall -= 3_600_000
      machine.run(21)
    }
    expect(machine.slots).toEqual([1_000_010, 1_000_020])
  })

  it('wait behind a snapshot of an earlier run, and no longer than for a clock that went back', () => {
    const soon = new Machine(1_000_003, 10, [[1_000_020, 1_000_020]])
    soon.run(40)
    expect(soon.slots).toEqual([1_000_030, 1_000_040])
    const never = new Machine(1_000_003, 10, [[999_999_999_990, 999_999_999_990]])
    never.run(60)
    expect(never.slots).toEqual(range(1_000_030, 1_000_060, 10))
  })
})

test('a slot that an earlier run used is not given out again, however far the clock was set back meanwhile', () => {
  const before = new Machine(980_003, 10, [[990_000, 1_000_060]])
  before.run(60)
  expect(before.slots).toEqual(range(980_030, 980_060, 10))
})

test('no slot is ever given out twice, all are aligned, none is taken late, whatever the clock does', () => {
  const step = fc.oneof(
    fc.constantFrom(-1, 1, -3600, 3600, -5, 5, -60, -200).map((set) => ({ set })),
    seconds(200).map((run) => ({ run })),
    seconds(100).map((stall) => ({ stall })),
  )
  fc.assert(
    fc.property(fc.constantFrom(1, 7, 10, 60), fc.array(step, { maxLength: 60 }), (interval, steps) => {
      const machine = new Machine(1_000_003.3, interval)
      for (const action of steps) {
        if ('set' in action) machine.wall += action.set * 1000
        else if ('stall' in action) machine.pass(action.stall)
        else machine.run(action.run, 0.3)
      }
      expect(new Set(machine.slots).size).toBe(machine.slots.length)
      for (const { slot, late } of machine.taken) {
        expect(slot % interval).toBe(0)
        expect(late).toBeLessThan(interval / 2)
      }
    }),
    { numRuns: 500 },
  )
})

test('without steps back slots only grow, and every one comes that is not missed', () => {
  const action = fc.tuple(seconds(50), seconds(30))
  fc.assert(
    fc.property(fc.constantFrom(1, 10), fc.array(action, { maxLength: 30 }), (interval, actions) => {
      const machine = new Machine(1_000_000.5, interval)
      for (const [run, stall] of actions) {
        machine.run(run)
        machine.pass(stall)
      }
      for (const [index, { slot, missed }] of machine.taken.entries()) {
        if (index > 0) expect(slot).toBe(machine.slots[index - 1]! + (missed + 1) * interval)
      }
    }),
    { numRuns: 500 },
  )
})

test('a thousand steps of an hour or a second reuse no slot and do not stop the ticks', () => {
  const machine = new Machine(1_700_000_000, 10)
  for (let step = 0; step < 1000; step++) {
    machine.wall += [1000, -1000, 3_600_000, -3_600_000][step % 4]!
    machine.run(45)
  }
  expect(new Set(machine.slots).size).toBe(machine.slots.length)
  const before = machine.slots.length
  machine.run(7300)
  expect(machine.slots.length - before).toBeGreaterThan(300)
})

test('waiting ends when the signal aborts', async () => {
  const controller = new AbortController()
  const clock = () => ({ wall: 1_000_000, monotonic: 0 })
  const running = ticks(10, { signal: controller.signal, clock, onBehind: () => undefined }).next()
  controller.abort()
  expect(await running).toEqual({ done: true, value: undefined })
})
