import { setTimeout as delay } from 'node:timers/promises'
import { silentLogger } from '@haproxystats/core/program'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { dispatchers } from '../../packages/process/src/outputs/index.ts'
import type { Batch, Sink } from '../../packages/process/src/types/output.ts'
import { parseConfiguration } from '../support/configuration.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { type Destination, destinations } from './destinations.ts'

const never = new AbortController().signal

/** The destinations of every kind. */
const cases = Object.entries(destinations).flatMap(([kind, starts]) =>
  Object.entries(starts).map(([label, start]) => ({ kind, label, start })),
)

test('every kind of dispatcher has a row in the table of destinations, and every row is of a kind', () => {
  expect(Object.keys(destinations).sort()).toEqual(dispatchers.map(({ name }) => name).sort())
  expect(Object.values(destinations).map((starts) => Object.keys(starts).length > 0)).not.toContain(false)
})

/** So many lines of a snapshot, no two alike anywhere; `width` makes their paths longer. */
function batchOf(snapshot: number, lines: number, width = 0): Batch {
  const filler = 'x'.repeat(width)
  const text = Array.from(
    { length: lines },
    (_, line) => `contract.s${snapshot}.${filler}l${line} ${line}.5 ${snapshot}\n`,
  )
  return { snapshot: String(snapshot), bytes: new Uint8Array(Buffer.from(text.join(''))), datapoints: lines }
}

/**
 * A kilobyte a line, so that a large batch has few: carbon-c-relay holds 25,000 in memory, and drops what comes in faster
 * than it is written.
 */
const wide = 960
const large = () => batchOf(1_700_000_000, 20_500, wide)

/** What fits the buffers of the system, and what does not: a stalled destination lets the one wait for its end, the other be written. */
const sizes = [
  { size: 'a small batch', lines: 10 },
  { size: 'a batch of 12 MB', lines: 12_000 },
]

const textOf = (...batches: readonly Batch[]) => Buffer.concat(batches.map(({ bytes }) => bytes)).toString('latin1')
const linesOf = (text: string) => new Set(text.split('\n').slice(0, -1))

function sinkFor(kind: string, { configuration }: Destination): Sink {
  const dispatcher = dispatchers.find(({ name }) => name === kind)!
  const { options } = dispatcher.instances(parseConfiguration(configuration))[0]!
  const sink = dispatcher.open(options, { log: silentLogger() })
  onTestFinished(() => sink.close())
  return sink
}

/** What the destination has, once `enough` is true of it; at once, if the destination shows it at once. */
async function arrival(destination: Destination, enough: (text: string) => boolean): Promise<string> {
  const look = async () => (await destination.arrived()).toString('latin1')
  if (destination.shows === 'at once') return look()
  let text = ''
  const whole = async () => {
    text = await look()
    return enough(text)
  }
  await until('everything to have arrived', whole).catch(() => undefined)
  return text
}

/** Exactly these bytes, and not long strings in a failure's message. */
async function expectBytes(destination: Destination, ...batches: readonly Batch[]): Promise<void> {
  const expected = textOf(...batches)
  const text = await arrival(destination, ({ length }) => length >= expected.length)
  expect({ bytes: text.length, equal: text === expected }).toEqual({ bytes: expected.length, equal: true })
}

/** These lines each at least once, and no others. */
async function expectLines(destination: Destination, ...batches: readonly Batch[]): Promise<void> {
  const owed = textOf(...batches)
  const expected = linesOf(owed)
  const missingFrom = (lines: ReadonlySet<string>) => [...expected].filter((line) => !lines.has(line))
  const enough = (text: string) => text.length >= owed.length && missingFrom(linesOf(text)).length === 0
  const lines = linesOf(await arrival(destination, enough))
  const surplus = [...lines].filter((line) => !expected.has(line)).slice(0, 3)
  expect({ missing: missingFrom(lines).length, surplus }).toEqual({ missing: 0, surplus: [] })
}

/** What became of a promise, without waiting for it. */
function watched(promise: Promise<void>): { state: 'pending' | 'resolved' | 'rejected'; error?: unknown } {
  const seen: ReturnType<typeof watched> = { state: 'pending' }
  promise.then(
    () => {
      seen.state = 'resolved'
    },
    (error: unknown) => {
      seen.state = 'rejected'
      seen.error = error
    },
  )
  return seen
}

describe.each(cases)('$kind, to $label', ({ kind, start }) => {
  async function open(): Promise<{ destination: Destination; sink: Sink }> {
    const destination = await start(await temporaryDirectory())
    return { destination, sink: sinkFor(kind, destination) }
  }

  it('takes a batch whole, byte for byte, and has it when send resolves', async () => {
    const { destination, sink } = await open()
    const batch = batchOf(1_700_000_000, 5000)
    await sink.send([batch], never)
    await expectBytes(destination, batch)
  })

  it('takes batches in their order', async () => {
    const { destination, sink } = await open()
    const batches = [1, 2, 3].map((second) => batchOf(1_700_000_000 + second, 100))
    for (const batch of batches) await sink.send([batch], never)
    await expectBytes(destination, ...batches)
  })

  it('takes several batches at a time, in their order', async () => {
    const { destination, sink } = await open()
    const batches = [1, 2, 3, 4].map((second) => batchOf(1_700_000_000 + second, 100 * second))
    await sink.send(batches, never)
    await expectBytes(destination, ...batches)
  })

  it('takes a batch without datapoints, also among others', async () => {
    const { destination, sink } = await open()
    const [empty, full] = [batchOf(1_700_000_000, 0), batchOf(1_700_000_001, 10)]
    await sink.send([empty], never)
    await sink.send([empty, full], never)
    await expectBytes(destination, full)
  })

  it('takes a batch of 20 MB', async () => {
    const { destination, sink } = await open()
    await sink.send([large()], never)
    await expectBytes(destination, large())
  })

  it('has the same datapoints after the same batch was sent twice', async () => {
    const { destination, sink } = await open()
    const batch = batchOf(1_700_000_000, 1000)
    await sink.send([batch], never)
    await sink.send([batch], never)
    await expectLines(destination, batch)
  })

  it('while it is down refuses with an error that names it and may be tried again; up again, takes everything', async () => {
    const { destination, sink } = await open()
    const batches = [1, 2, 3].map((second) => batchOf(1_700_000_000 + second, 1000))
    const [before, refused, after] = batches as [Batch, Batch, Batch]
    await sink.send([before], never)
    await destination.down()
    for (let attempt = 0; attempt < 2; attempt++) {
      const sending = sink.send([refused], never)
      await expect(sending).rejects.toMatchObject({ name: 'StatsError', code: 'DESTINATION' })
      await expect(sending).rejects.toThrow(destination.address)
    }
    await destination.up()
    await sink.send([refused, after], never)
    await expectBytes(destination, ...batches)
  })

  it('may be down when it is opened', async () => {
    const { destination, sink } = await open()
    await destination.down()
    await expect(sink.send([batchOf(1_700_000_000, 10)], never)).rejects.toMatchObject({ code: 'DESTINATION' })
    await destination.up()
    await sink.send([batchOf(1_700_000_001, 10)], never)
    await expectBytes(destination, batchOf(1_700_000_001, 10))
  })

  it.each(sizes)('does not have $lines lines as long as it takes none', async ({ lines }) => {
    const { destination, sink } = await open()
    const [before, stalled] = [batchOf(1_700_000_000, 10), batchOf(1_700_000_001, lines, wide)]
    await sink.send([before], never)
    await destination.stall(stalled.snapshot)
    const sending = sink.send([stalled], never)
    const seen = watched(sending)
    await delay(300)
    expect(seen.state).toBe('pending')
    await destination.resume(stalled.snapshot)
    await until('an end of the attempt', () => seen.state !== 'pending')
    if (seen.state === 'rejected') {
      expect(seen.error).toMatchObject({ code: 'DESTINATION' })
      await sink.send([stalled], never)
    }
    await expectLines(destination, before, stalled)
  })

  it.each(sizes)('is left at once at an abort, with $lines lines to send', async ({ lines }) => {
    const { destination, sink } = await open()
    const [before, stalled] = [batchOf(1_700_000_000, 10), batchOf(1_700_000_001, lines, wide)]
    await sink.send([before], never)
    await destination.stall(stalled.snapshot)
    const controller = new AbortController()
    const sending = sink.send([stalled], controller.signal)
    const seen = watched(sending)
    await delay(100)
    expect(seen.state).toBe('pending')
    controller.abort()
    await until('the end of the attempt', () => seen.state !== 'pending', 10)
    expect(seen).toMatchObject({ state: 'rejected', error: { code: 'DESTINATION' } })
    await destination.resume(stalled.snapshot)
    await sink.send([stalled], never)
    await expectLines(destination, before, stalled)
  })

  it('is not sent to with a signal that is aborted already', async () => {
    const { destination, sink } = await open()
    await expect(sink.send([batchOf(1_700_000_000, 10)], AbortSignal.abort())).rejects.toMatchObject({
      code: 'DESTINATION',
    })
    await sink.send([batchOf(1_700_000_001, 10)], never)
    await expectBytes(destination, batchOf(1_700_000_001, 10))
  })

  it('can be closed twice, before and after anything was sent', async () => {
    const { destination, sink } = await open()
    const unused = sinkFor(kind, destination)
    await unused.close()
    await unused.close()
    await sink.send([batchOf(1_700_000_000, 10)], never)
    await sink.close()
    await sink.close()
    await expectBytes(destination, batchOf(1_700_000_000, 10))
  })
})
