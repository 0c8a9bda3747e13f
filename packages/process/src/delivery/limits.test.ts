import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '@haproxystats/core'
import { silentLogger } from '@haproxystats/core/program'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SnapshotQueue } from '../queue/snapshot-queue.ts'
import type { Batch, Sink } from '../types/output.ts'
import type { Work, WorkResult } from '../types/work.ts'
import { countMissing } from './counts.ts'
import { Delivery } from './delivery.ts'
import { roomIn } from './limits.ts'
import type { OutputQueueSettings } from './output-queue.ts'

let base: string
let queue: SnapshotQueue
let stop: AbortController
let ended: Promise<void>

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'limits-'))
  await mkdir(join(base, 'incoming'))
  queue = new SnapshotQueue(join(base, 'incoming'), 1000)
  await queue.open()
  stop = new AbortController()
  incomplete.clear()
})

afterEach(async () => {
  stop.abort()
  await ended
  await rm(base, { recursive: true, force: true })
})

/** A destination in memory that fails while `down`, and answers nothing while it `hangs`. */
class MemorySink implements Sink {
  readonly got: string[] = []
  attempts = 0
  down = false
  hangs = false
  #goOn: () => void = () => undefined
  async send(batches: readonly Batch[]): Promise<void> {
    this.attempts++
    if (this.hangs) {
      await new Promise<void>((resolve) => {
        this.#goOn = resolve
        stop.signal.addEventListener('abort', () => resolve())
      })
    }
    if (this.down) throw new Error('down')
    this.got.push(...batches.map(({ snapshot }) => snapshot))
  }
  goOn(): void {
    this.hangs = false
    this.#goOn()
  }
  async close(): Promise<void> {}
}

function lane(name: string, sink: Sink, settings: Partial<OutputQueueSettings> = {}): OutputQueueSettings {
  return {
    ...{ name, sink, encoding: { encoder: 'text', options: null } },
    retry: { retries: -1, interval: 0.005, backoff: 1, delay: 0.005 },
    ...{ prefetchDatapoints: 1000, prefetch: 2, maxSendDatapoints: 1, replay: 0, maxRate: 0 },
    ...{ backlog: { most: roomIn(1000), full: 'drop-newest' }, incomplete: 'discard' },
    ...settings,
  }
}

const encode = async ({ encodings, snapshot }: Work): Promise<WorkResult> => ({
  outcome: 'encoded',
  batches: encodings.map(() => ({ bytes: new Uint8Array(0), datapoints: 10 })),
  processes: 1,
  warnings: [],
  ...(incomplete.has(snapshot) && { incomplete: 'lb2 did not answer' }),
})

const incomplete = new Set<string>()

interface Given {
  readonly queueSize?: number
  readonly log?: Logger
  readonly run?: (work: Work) => Promise<WorkResult>
}

function start(
  lanes: OutputQueueSettings[],
  { queueSize = 1000, log = silentLogger(), run = encode }: Given = {},
): Delivery {
  const delivery = new Delivery({ queue, run, outputs: lanes, queueSize, log })
  ended = delivery.run(stop.signal)
  return delivery
}

async function publish(...snapshots: string[]): Promise<void> {
  for (const snapshot of snapshots) await mkdir(queue.pathOf(snapshot))
}

/** Has the queue read once, from its beginning to its end. */
async function scanned(delivery: Delivery): Promise<void> {
  const before = delivery.lastScan
  delivery.scan()
  await vi.waitFor(() => expect(delivery.lastScan).not.toBe(before))
}

const queued = async () => (await readdir(queue.directory)).map(Number).sort((one, other) => one - other)
const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index))

/** What was logged, as `level text`. */
function listening() {
  const said: string[] = []
  const hear = (level: string) => (_: unknown, text: string) => void said.push(`${level} ${text}`)
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => [level, hear(level)])
  const log = { ...silentLogger(), ...Object.fromEntries(levels) } as Logger
  return { said, log }
}

describe.each(['drop-newest', 'drop-oldest'] as const)('a destination that is down, with %s', (full) => {
  it('holds no more than its backlog; the other loses nothing, and the queue is bounded', async () => {
    const [up, down] = [new MemorySink(), new MemorySink()]
    down.down = true
    const { said, log } = listening()
    const delivery = start([lane('up', up), lane('down', down, { backlog: { most: 4, full } })], { log })
    for (const snapshot of names(1, 10)) {
      await publish(snapshot)
      await scanned(delivery)
      await vi.waitFor(() => expect(up.got.at(-1)).toBe(snapshot))
    }
    expect(up.got).toEqual(names(1, 10))
    const kept = full === 'drop-newest' ? [1, 2, 3, 4] : [7, 8, 9, 10]
    await vi.waitFor(async () => {
      delivery.scan()
      expect(await queued()).toEqual(kept)
    })
    expect(delivery.outputs.get('down')).toMatchObject({ waiting: 4, dropped: 6, dropping: true, snapshots: 0 })
    expect(delivery.outputs.get('up')).toMatchObject({ waiting: 0, dropped: 0, snapshots: 10 })
    expect(delivery.counts).toMatchObject({ taken: 10, delivered: 0, waiting: 4, dropped: 6, vanished: 0 })
    expect(countMissing(delivery.counts)).toBe(0)
    down.down = false
    await vi.waitFor(async () => expect(await queued()).toEqual([]))
    expect(down.got.map(Number)).toEqual(kept)
    expect(delivery.counts).toMatchObject({ taken: 10, delivered: 4, waiting: 0, dropped: 6 })
    expect(delivery.outputs.get('down')).toMatchObject({ dropped: 6, dropping: false })
    const told = said.filter((text) => /^(?:error|info) down: .*backlog (?:full|has room)/.test(text))
    expect(told).toHaveLength(2)
    expect(told[0]).toMatch(/^error down: backlog full: 5 snapshots wait, dropping the (newest|oldest)/)
    expect(told[1]).toBe('info down: backlog has room again, 6 snapshots were dropped')
  })
})

describe('a limit', () => {
  it('holds over a restart: what was dropped is not sent', async () => {
    const [up, down] = [new MemorySink(), new MemorySink()]
    ;[up.down, down.down] = [true, true]
    const lanes = () => [lane('up', up), lane('down', down, { backlog: { most: 1, full: 'drop-oldest' } })]
    const delivery = start(lanes())
    await publish('1', '2', '3')
    await vi.waitFor(() => {
      delivery.scan()
      expect(delivery.outputs.get('down')).toMatchObject({ waiting: 1, dropped: 2 })
    })
    await vi.waitFor(async () => expect(await readdir(queue.pathOf('2'))).toEqual(['.dropped.down']))
    stop.abort()
    await ended
    stop = new AbortController()
    ;[up.down, down.down] = [false, false]
    const again = start(lanes())
    again.scan()
    await vi.waitFor(async () => expect(await queued()).toEqual([]))
    expect([up.got, down.got]).toEqual([['1', '2', '3'], ['3']])
    expect(again.counts).toMatchObject({ taken: 3, delivered: 1, dropped: 2 })
  })

  it('never takes away what is being sent, and takes away what waits for the next attempt', async () => {
    const sink = new MemorySink()
    sink.hangs = true
    const slowly = { retries: -1, interval: 0.2, backoff: 1, delay: 0.2 }
    const delivery = start([lane('a', sink, { backlog: { most: 1, full: 'drop-oldest' }, retry: slowly })])
    await publish('1')
    delivery.scan()
    await vi.waitFor(() => expect(sink.attempts).toBe(1))
    await publish('2', '3')
    await vi.waitFor(async () => {
      delivery.scan()
      expect(await queued()).toEqual([1])
    })
    expect(delivery.outputs.get('a')).toMatchObject({ waiting: 1, dropped: 2 })
    sink.down = true
    sink.goOn()
    await publish('4')
    await vi.waitFor(async () => {
      delivery.scan()
      expect(await queued()).toEqual([4])
    })
    sink.down = false
    await vi.waitFor(async () => expect(await queued()).toEqual([]))
    expect(sink.got).toEqual(['4'])
    expect(delivery.counts).toMatchObject({ taken: 4, delivered: 1, dropped: 3, waiting: 0 })
  })

  it('of the queue is kept by those that are behind, of whatever policy', async () => {
    const [up, one, other] = [new MemorySink(), new MemorySink(), new MemorySink()]
    ;[one.down, other.down] = [true, true]
    const most = roomIn(10)
    const lanes = [
      lane('up', up),
      lane('one', one, { backlog: { most, full: 'drop-newest' } }),
      lane('other', other, { backlog: { most, full: 'drop-oldest' } }),
    ]
    const delivery = start(lanes, { queueSize: 10 })
    for (const snapshot of names(1, 40)) {
      await publish(snapshot)
      await scanned(delivery)
      await vi.waitFor(() => expect(up.got.at(-1)).toBe(snapshot))
      await vi.waitFor(async () => {
        delivery.scan()
        expect((await queued()).length).toBeLessThan(10)
      })
    }
    expect(delivery.outputs.get('up')).toMatchObject({ dropped: 0, snapshots: 40 })
    expect(countMissing(delivery.counts)).toBe(0)
    const [kept, young] = [delivery.outputs.get('one'), delivery.outputs.get('other')]
    expect([kept?.oldest, Number(kept?.waiting) >= 3, Number(young?.waiting) >= 3]).toEqual(['1', true, true])
  })

  it('spares what waits at the start, as long as the destination takes it', async () => {
    const [up, down] = [new MemorySink(), new MemorySink()]
    down.down = true
    await publish(...names(1, 20))
    const backlog = { most: 5, full: 'drop-newest' } as const
    const delivery = start([lane('up', up, { backlog }), lane('down', down, { backlog })])
    delivery.scan()
    await vi.waitFor(() => expect(up.got).toEqual(names(1, 20)))
    await vi.waitFor(async () => {
      delivery.scan()
      expect(await queued()).toEqual([1, 2, 3, 4, 5])
    })
    expect(delivery.outputs.get('up')).toMatchObject({ dropped: 0 })
    expect(delivery.outputs.get('down')).toMatchObject({ dropped: 15 })
  })

  it('of an output that nobody waits for makes no loss', async () => {
    const [up, page] = [new MemorySink(), new MemorySink()]
    page.hangs = true
    const { said, log } = listening()
    const backlog = { most: 2, full: 'drop-oldest', silent: true } as const
    const delivery = start([lane('up', up), lane('http', page, { backlog })], { log })
    await publish('1')
    delivery.scan()
    await vi.waitFor(() => expect(page.attempts).toBe(1))
    await publish(...names(2, 9))
    await vi.waitFor(async () => {
      delivery.scan()
      expect(await queued()).toEqual([1, 9])
    })
    expect(delivery.counts).toMatchObject({ taken: 9, delivered: 7, waiting: 2, dropped: 0 })
    page.goOn()
    await vi.waitFor(async () => expect(await queued()).toEqual([]))
    expect(page.got).toEqual(['1', '9'])
    expect(delivery.counts).toMatchObject({ taken: 9, delivered: 9, dropped: 0 })
    expect(said.filter((text) => /^(?:warn|error)/.test(text))).toEqual([])
  })

  it('leaves room for what is pulled', () => {
    expect([1, 2, 3, 4, 5, 100, 360].map(roomIn)).toEqual([1, 1, 1, 2, 3, 97, 351])
  })
})

describe('an incomplete snapshot', () => {
  it('is left out or taken as each output wants, counted, and told once', async () => {
    const [strict, taking] = [new MemorySink(), new MemorySink()]
    for (const name of ['2', '3', '5']) incomplete.add(name)
    const { said, log } = listening()
    const lanes = [
      lane('strict', strict, { maxSendDatapoints: 100 }),
      lane('taking', taking, { incomplete: 'deliver' }),
    ]
    await publish(...names(1, 6))
    const delivery = start(lanes, { log })
    delivery.scan()
    await vi.waitFor(async () => expect(await queued()).toEqual([]))
    expect(strict.got).toEqual(['1', '4', '6'])
    expect(taking.got).toEqual(names(1, 6))
    expect(delivery.outputs.get('strict')).toMatchObject({ snapshots: 3, leftOut: 3, dropped: 0 })
    expect(delivery.counts).toMatchObject({ taken: 6, delivered: 3, leftOut: 3, waiting: 0 })
    expect(countMissing(delivery.counts)).toBe(0)
    expect(said.filter((text) => /^(?:warn|info) strict/.test(text))).toEqual([
      'warn strict: incomplete snapshot 2 left out (incomplete = discard): lb2 did not answer',
      'info strict: snapshots are complete again, 2 were left out',
      'warn strict: incomplete snapshot 5 left out (incomplete = discard): lb2 did not answer',
      'info strict: snapshots are complete again, 1 were left out',
    ])
    expect(said).toContainEqual(expect.stringMatching(/^debug snapshot 2: 10 datapoints .*, left out of strict$/))
  })

  it('that all leave out leaves the queue', async () => {
    incomplete.add('1')
    const sink = new MemorySink()
    await publish('1')
    const delivery = start([lane('strict', sink)])
    delivery.scan()
    await vi.waitFor(async () => expect(await queued()).toEqual([]))
    expect(delivery.counts).toMatchObject({ taken: 1, delivered: 0, leftOut: 1 })
    expect(sink.attempts).toBe(0)
  })
})

describe('the queue', () => {
  it('does not take a snapshot of which it cannot be read who has it, and goes on with others', async () => {
    const sink = new MemorySink()
    const { said, log } = listening()
    const read = queue.fates.bind(queue)
    const fates = vi.spyOn(queue, 'fates').mockImplementation(async (snapshot) => {
      if (snapshot === '1') throw Object.assign(new Error('EIO: i/o error, scandir'), { code: 'EIO' })
      return read(snapshot)
    })
    await publish('1', '2')
    const delivery = start([lane('a', sink)], { log })
    await scanned(delivery)
    await scanned(delivery)
    await vi.waitFor(() => expect(sink.got).toEqual(['2']))
    expect(said.filter((text) => text.startsWith('error'))).toEqual([
      'error cannot read which outputs have snapshot 1, so it waits; trying again every few seconds: EIO: i/o error, scandir',
    ])
    fates.mockRestore()
    await scanned(delivery)
    await vi.waitFor(async () => expect(await queued()).toEqual([]))
    expect(sink.got).toEqual(['2', '1'])
  })

  it('says of a snapshot that is out of it, and cannot be deleted, just that', async () => {
    const { said, log } = listening()
    const remove = queue.remove.bind(queue)
    vi.spyOn(queue, 'remove').mockImplementation(async (snapshot) => {
      await remove(snapshot)
      return new Error('EPERM: operation not permitted, unlink')
    })
    await publish('1', '2')
    const delivery = start([lane('a', new MemorySink())], { log })
    delivery.scan()
    await vi.waitFor(async () => expect(await queued()).toEqual([]))
    await vi.waitFor(() => expect(said.filter((text) => text.startsWith('error'))).toHaveLength(1))
    expect(said.find((text) => text.startsWith('error'))).toMatch(
      /^error snapshot 1 is out of the queue, but its files cannot be deleted/,
    )
    expect(delivery.counts).toMatchObject({ delivered: 2, waiting: 0 })
  })
})
