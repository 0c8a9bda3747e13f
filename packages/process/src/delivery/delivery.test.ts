import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '@haproxystats/core'
import { silentLogger } from '@haproxystats/core/program'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { SnapshotQueue } from '../queue/snapshot-queue.ts'
import type { Batch, Sink } from '../types/output.ts'
import type { Work, WorkResult } from '../types/work.ts'
import { countMissing } from './counts.ts'
import { Delivery } from './delivery.ts'
import type { OutputQueueSettings } from './output-queue.ts'

let base: string
let queue: SnapshotQueue
let stop: AbortController

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'delivery-'))
  await mkdir(join(base, 'incoming'))
  queue = new SnapshotQueue(join(base, 'incoming'), 1000)
  await queue.open()
  stop = new AbortController()
})

afterEach(async () => {
  stop.abort()
  await rm(base, { recursive: true, force: true })
})

/** A destination in memory that fails while `down`. */
class MemorySink implements Sink {
  readonly got: string[] = []
  readonly units: number[] = []
  attempts = 0
  down = false
  async send(batches: readonly Batch[]): Promise<void> {
    this.attempts++
    if (this.down) throw new Error('down')
    this.got.push(...batches.map(({ snapshot }) => snapshot))
    this.units.push(batches.length)
  }
  async close(): Promise<void> {}
}

const encoded: WorkResult = {
  outcome: 'encoded',
  batches: [{ bytes: new Uint8Array(0), datapoints: 10 }],
  processes: 1,
  warnings: [],
}

const broken: WorkResult = { outcome: 'invalid', reason: 'broken' }

function lane(name: string, sink: Sink, settings: Partial<OutputQueueSettings> = {}): OutputQueueSettings {
  const retry = { retries: -1, interval: 0.01, backoff: 1, delay: 0.01 }
  return {
    name,
    sink,
    encoding: { encoder: 'text', options: null },
    retry,
    prefetchDatapoints: 1000,
    prefetch: 2,
    maxSendDatapoints: 1,
    replay: 0,
    maxRate: 0,
    backlog: { most: 1000, full: 'drop-newest' },
    incomplete: 'deliver',
    ...settings,
  }
}

async function publish(...snapshots: string[]): Promise<void> {
  for (const snapshot of snapshots) await mkdir(queue.pathOf(snapshot))
}

function start(
  lanes: OutputQueueSettings[],
  run: (work: Work) => Promise<WorkResult> = async () => encoded,
  log: Logger = silentLogger(),
) {
  const delivery = new Delivery({ queue, run, outputs: lanes, queueSize: 1000, log })
  const ended = delivery.run(stop.signal)
  delivery.scan()
  return { delivery, ended }
}

/** A log, and what it was told from `info` on. */
function listening(): { log: Logger; lines: string[] } {
  const lines: string[] = []
  const log = silentLogger()
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(log, level).mockImplementation((_facts: unknown, message?: string) => lines.push(`${level}: ${message}`))
  }
  return { log, lines }
}

/** Has the queue read, and waits until it has been, from its beginning to its end. */
async function scanned(delivery: Delivery): Promise<void> {
  const list = vi.spyOn(queue, 'list')
  delivery.scan()
  await vi.waitFor(() => expect(list).toHaveBeenCalled())
  const before = delivery.lastScan
  await vi.waitFor(() => expect(delivery.lastScan).not.toBe(before))
  list.mockRestore()
}

const queued = () => readdir(queue.directory)

test('delivers oldest first and takes out of the queue what was delivered', async () => {
  const sink = new MemorySink()
  await publish('300', '99', '1000')
  await writeFile(join(queue.directory, 'readme'), 'not a snapshot')
  await mkdir(join(queue.directory, 'other'))
  const { ended } = start([lane('memory', sink)])
  await vi.waitFor(async () => expect(await queued()).toEqual(['other', 'readme']))
  expect(sink.got).toEqual(['99', '300', '1000'])
  stop.abort()
  await ended
})

test('a destination that is down holds up neither the other nor loses anything', async () => {
  const [up, down] = [new MemorySink(), new MemorySink()]
  down.down = true
  await publish('1', '2', '3', '4', '5')
  const { ended } = start([lane('up', up), lane('down', down)])
  await vi.waitFor(() => expect(up.got).toEqual(['1', '2', '3', '4', '5']))
  await vi.waitFor(() => expect(down.attempts).toBeGreaterThan(2))
  expect(await queued()).toHaveLength(5)
  down.down = false
  await vi.waitFor(async () => expect(await queued()).toEqual([]))
  expect(down.got).toEqual(['1', '2', '3', '4', '5'])
  expect(up.got).toHaveLength(5)
  stop.abort()
  await ended
})

test('after a restart a dispatcher does not get again what it has', async () => {
  const [up, down] = [new MemorySink(), new MemorySink()]
  down.down = true
  await publish('1', '2')
  const { ended } = start([lane('up', up), lane('down', down)])
  await vi.waitFor(async () => expect(await readdir(queue.pathOf('2'))).toEqual(['.delivered.up']))
  stop.abort()
  await ended
  stop = new AbortController()
  const later = new MemorySink()
  const again = start([lane('up', later), lane('down', new MemorySink())])
  await vi.waitFor(async () => expect(await queued()).toEqual([]))
  expect(later.got).toEqual([])
  stop.abort()
  await again.ended
})

test('a snapshot that cannot be processed goes to quarantine with its reason, the next is delivered', async () => {
  const sink = new MemorySink()
  await publish('1', '2')
  const { ended } = start([lane('memory', sink)], async ({ snapshot }) =>
    snapshot === '1' ? { outcome: 'invalid', reason: 'a_stat ends within row 3' } : encoded,
  )
  await vi.waitFor(async () => expect(await queued()).toEqual([]))
  await vi.waitFor(async () => expect((await readdir(queue.quarantineDirectory)).sort()).toEqual(['1', '1.reason']))
  expect(await readFile(join(queue.quarantineDirectory, '1.reason'), 'utf8')).toBe('a_stat ends within row 3\n')
  expect(sink.got).toEqual(['2'])
  stop.abort()
  await ended
})

const unreadable: WorkResult = { outcome: 'postponed', trouble: 'reading', reason: 'EIO: i/o error, read' }

test('a snapshot that cannot be read for a while is never put aside, and the others go on meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const sink = new MemorySink()
  let attempts = 0
  await publish('1', '2', '3')
  const { delivery, ended } = start([lane('memory', sink)], async ({ snapshot }) =>
    snapshot === '1' && attempts++ < 12 ? unreadable : encoded,
  )
  await vi.waitFor(() => expect(sink.got).toEqual(['2', '3']), { timeout: 20_000 })
  await vi.waitFor(
    () => {
      vi.advanceTimersByTime(30_000)
      expect(sink.got).toEqual(['2', '3', '1'])
    },
    { timeout: 20_000 },
  )
  expect(attempts).toBe(13)
  expect(delivery.counts).toMatchObject({ delivered: 3, waiting: 0, quarantined: 0 })
  stop.abort()
  await ended
})

test('a snapshot that is tried again keeps no other one waiting, however long that takes', async () => {
  const sink = new MemorySink()
  const forever = new Promise<WorkResult>(() => undefined)
  let attempts = 0
  await publish('1', '2')
  const { delivery, ended } = start([lane('memory', sink, { maxSendDatapoints: 1000 })], async ({ snapshot }) => {
    if (snapshot !== '1') return encoded
    return attempts++ === 0 ? unreadable : forever
  })
  await vi.waitFor(() => expect(attempts).toBe(2), { timeout: 10_000 })
  await publish('3')
  delivery.scan()
  await vi.waitFor(() => expect(sink.got).toEqual(['2', '3']))
  stop.abort()
  await ended
})

test('trouble that keeps snapshots waiting is told when it begins and when it ends, not for each of them', async () => {
  const { log, lines } = listening()
  let well = false
  await publish('1', '2', '3')
  const { ended } = start([lane('memory', new MemorySink())], async () => (well ? encoded : unreadable), log)
  await vi.waitFor(() => expect(lines).toHaveLength(1))
  const begins = 'snapshot 1 cannot be processed now, it stays in the queue and is tried again: EIO: i/o error, read'
  expect(lines).toEqual([`error: ${begins}`])
  await new Promise((resolve) => setTimeout(resolve, 2500))
  expect(lines).toHaveLength(1)
  well = true
  await vi.waitFor(async () => expect(await queued()).toEqual([]), { timeout: 20_000 })
  const others = lines.slice(1).filter((line) => !line.includes(' delivered'))
  expect(others).toEqual(['info: no snapshot waits any more because of trouble with reading files'])
  stop.abort()
  await ended
})

test('told to stop while a worker hangs, it ends in time', async () => {
  const run = vi.fn(() => new Promise<WorkResult>(() => undefined))
  await publish('1')
  const delivery = new Delivery({
    queue,
    run,
    outputs: [lane('a', new MemorySink())],
    queueSize: 1000,
    log: silentLogger(),
    finishTime: 0.2,
  })
  const ended = delivery.run(stop.signal)
  delivery.scan()
  await vi.waitFor(() => expect(run).toHaveBeenCalled())
  stop.abort()
  await ended
  expect(await queued()).toEqual(['1'])
})

test('a snapshot on its way to quarantine is neither taken again nor missed', async () => {
  const quarantine = queue.quarantine.bind(queue)
  const [begun, goOn] = [new AbortController(), new AbortController()]
  queue.quarantine = async (...given) => {
    begun.abort()
    if (!goOn.signal.aborted) await once(goOn.signal, 'abort')
    return quarantine(...given)
  }
  await publish('1')
  const { delivery, ended } = start([lane('memory', new MemorySink())], async () => broken)
  await once(begun.signal, 'abort')
  await scanned(delivery)
  goOn.abort()
  await vi.waitFor(() => expect(delivery.counts.quarantined).toBe(1))
  expect(await queued()).toEqual([])
  await scanned(delivery)
  expect(delivery.counts).toMatchObject({ taken: 1, quarantined: 1, waiting: 0, vanished: 0 })
  stop.abort()
  await ended
})

test('a snapshot that cannot be moved to quarantine waits, is counted once, and moved when it can be', async () => {
  const quarantine = vi.spyOn(queue, 'quarantine').mockRejectedValue(new Error('ENOSPC'))
  const run = vi.fn(async () => broken)
  await publish('1')
  const { delivery, ended } = start([lane('memory', new MemorySink())], run)
  await vi.waitFor(() => expect(quarantine).toHaveBeenCalledTimes(1))
  await scanned(delivery)
  await scanned(delivery)
  expect(quarantine.mock.calls.length).toBeGreaterThan(1)
  expect(run).toHaveBeenCalledTimes(1)
  expect(delivery.counts).toMatchObject({ taken: 1, quarantined: 0, waiting: 1, vanished: 0 })
  quarantine.mockRestore()
  await scanned(delivery)
  expect(delivery.counts).toMatchObject({ taken: 1, quarantined: 1, waiting: 0, vanished: 0 })
  expect(await queued()).toEqual([])
  stop.abort()
  await ended
})

test('holds no more batches in memory than its window has room for', async () => {
  const sink = new MemorySink()
  sink.down = true
  const works: string[] = []
  await publish(...Array.from({ length: 20 }, (_, index) => String(index + 1)))
  const run = async ({ snapshot }: Work) => {
    works.push(snapshot)
    return encoded
  }
  const { ended } = start([lane('memory', sink, { prefetchDatapoints: 25, prefetch: 50 })], run)
  await vi.waitFor(() => expect(sink.attempts).toBeGreaterThan(5))
  expect(works.length).toBeLessThan(20)
  sink.down = false
  await vi.waitFor(async () => expect(await queued()).toEqual([]))
  expect(sink.got).toHaveLength(20)
  stop.abort()
  await ended
})

test('told to stop, it finishes what is in hand and leaves the rest', async () => {
  let release: () => void = () => undefined
  const got: string[] = []
  const slow: Sink = {
    send: async ([batch]) => {
      await new Promise<void>((resolve) => {
        release = resolve
      })
      got.push((batch as Batch).snapshot)
    },
    close: async () => undefined,
  }
  await publish('1', '2', '3', '4')
  const { ended } = start([lane('slow', slow, { prefetch: 1, prefetchDatapoints: 10 })])
  await vi.waitFor(() => expect(release).not.toBe(undefined))
  await vi.waitFor(async () => {
    release()
    expect(got).toEqual(['1'])
  })
  stop.abort()
  const finishing = setInterval(() => release(), 5)
  await ended
  clearInterval(finishing)
  expect(await queued()).toEqual(['1', '2', '3', '4'].slice(got.length))
  expect(got.length).toBeLessThan(4)
})

test('told to stop while its destination is down, it stops without waiting for it', async () => {
  const sink = new MemorySink()
  sink.down = true
  await publish('1')
  const { ended } = start([lane('down', sink, { retry: { retries: 3, interval: 600, backoff: 2, delay: 600 } })])
  await vi.waitFor(() => expect(sink.attempts).toBe(1))
  stop.abort()
  await ended
  expect(await queued()).toEqual(['1'])
})

test('a snapshot that somebody takes out of the queue is forgotten, and the lane goes on', async () => {
  const sink = new MemorySink()
  sink.down = true
  await publish('1', '2')
  const { delivery, ended } = start([lane('memory', sink)])
  await vi.waitFor(() => expect(sink.attempts).toBeGreaterThan(1))
  await rm(queue.pathOf('2'), { recursive: true })
  await vi.waitFor(async () => {
    delivery.scan()
    await new Promise((resolve) => setImmediate(resolve))
    sink.down = false
    expect(await queued()).toEqual([])
  })
  expect(sink.got[0]).toBe('1')
  stop.abort()
  await ended
})

test('a backlog of small snapshots goes out in units of several, in order', async () => {
  const sink = new MemorySink()
  sink.down = true
  const snapshots = Array.from({ length: 40 }, (_, index) => String(index + 1))
  await publish(...snapshots)
  const { ended } = start([lane('memory', sink, { maxSendDatapoints: 100 })])
  await vi.waitFor(() => expect(sink.attempts).toBeGreaterThan(1))
  sink.down = false
  await vi.waitFor(async () => expect(await queued()).toEqual([]))
  expect(sink.got).toEqual(snapshots)
  expect(Math.max(...sink.units)).toBe(10)
  stop.abort()
  await ended
})

test('after a destination died, what it took shortly before is sent again first', async () => {
  const sink = new MemorySink()
  await publish('1', '2')
  const { delivery, ended } = start([lane('memory', sink, { replay: 60 })])
  await vi.waitFor(async () => expect(await queued()).toEqual([]))
  sink.down = true
  await publish('3')
  delivery.scan()
  await vi.waitFor(() => expect(sink.attempts).toBeGreaterThan(3))
  sink.down = false
  await vi.waitFor(async () => expect(await queued()).toEqual([]))
  expect(sink.got).toEqual(['1', '2', '1', '2', '3'])
  expect(delivery.outputs.get('memory')).toMatchObject({ snapshots: 3, replayed: 2 })
  stop.abort()
  await ended
})

test('a death that was seen between two snapshots is enough', async () => {
  const sink = Object.assign(new MemorySink(), { deaths: 0 })
  await publish('1')
  const { delivery, ended } = start([lane('memory', sink, { replay: 60 })])
  await vi.waitFor(async () => expect(await queued()).toEqual([]))
  sink.deaths = 1
  await publish('2')
  delivery.scan()
  await vi.waitFor(async () => expect(await queued()).toEqual([]))
  await publish('3')
  delivery.scan()
  await vi.waitFor(async () => expect(await queued()).toEqual([]))
  expect(sink.got).toEqual(['1', '1', '2', '3'])
  stop.abort()
  await ended
})

test('a backlog drains no faster than its rate, in smaller units', async () => {
  const sink = new MemorySink()
  sink.down = true
  await publish(...Array.from({ length: 12 }, (_, index) => String(index + 1)))
  const { ended } = start([lane('memory', sink, { maxSendDatapoints: 1000, maxRate: 40 })])
  await vi.waitFor(() => expect(sink.attempts).toBeGreaterThan(1))
  const begin = performance.now()
  sink.down = false
  await vi.waitFor(async () => expect(await queued()).toEqual([]), { timeout: 20_000 })
  expect(performance.now() - begin).toBeGreaterThan(1900)
  expect(Math.max(...sink.units)).toBe(4)
  stop.abort()
  await ended
})

test('every snapshot is accounted for, whatever became of it', async () => {
  const sink = new MemorySink()
  sink.down = true
  await publish('1', '2', '3', '4')
  const { delivery, ended } = start([lane('memory', sink)], async ({ snapshot }) =>
    snapshot === '1' ? { outcome: 'invalid', reason: 'broken' } : encoded,
  )
  await vi.waitFor(() => expect(delivery.counts.waiting + delivery.counts.quarantined).toBe(4))
  await vi.waitFor(() => expect(delivery.counts.quarantined).toBe(1))
  await rm(queue.pathOf('4'), { recursive: true })
  await vi.waitFor(() => {
    delivery.scan()
    expect(delivery.counts.vanished).toBe(1)
  })
  sink.down = false
  await vi.waitFor(async () => expect(await queued()).toEqual([]))
  expect(delivery.counts).toEqual({
    taken: 4,
    delivered: 2,
    waiting: 0,
    quarantined: 1,
    vanished: 1,
    leftOut: 0,
    dropped: 0,
  })
  expect(countMissing(delivery.counts)).toBe(0)
  stop.abort()
  await ended
})

test('knows how long ago a reading of the queue ended', async () => {
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const slow = Object.create(queue) as SnapshotQueue
  slow.list = async () => {
    await gate
    throw new Error('cannot be read')
  }
  const delivery = new Delivery({
    queue: slow,
    run: async () => encoded,
    outputs: [lane('a', new MemorySink())],
    queueSize: 1000,
    log: silentLogger(),
  })
  delivery.scan()
  const now = performance.now()
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 31_000)
  expect(delivery.sinceScan).toBeGreaterThanOrEqual(31)
  // One that fails has ended as well.
  open()
  await vi.waitFor(() => expect(delivery.sinceScan).toBe(0))
  expect(delivery.lastScan).toBeUndefined()
  clock.mockRestore()
})
