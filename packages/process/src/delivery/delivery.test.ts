import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { DeliverySite, encode, listening, MemorySink, output, scanned } from '../../../../test/support/delivery.ts'
import type { SnapshotQueue } from '../queue/snapshot-queue.ts'
import type { Work, WorkResult } from '../types/work.ts'
import { countMissing } from './counts.ts'
import type { DeliveryContext } from './delivery.ts'
import type { OutputQueueSettings } from './output-queue.ts'

let site: DeliverySite
let queue: SnapshotQueue

beforeEach(async () => {
  site = await DeliverySite.make()
  queue = site.queue
})

afterEach(() => site.end())

/** Begins to deliver, with a first reading of the queue. */
function start(outputs: OutputQueueSettings[], given: Partial<DeliveryContext> = {}) {
  const delivery = site.start(outputs, given)
  delivery.scan()
  return delivery
}

/** Processes snapshots, but the first is as it says. */
const firstIs = (result: WorkResult) => async (work: Work) => (work.snapshot === '1' ? result : encode(work))

const invalid: WorkResult = { outcome: 'invalid', reason: 'a_stat ends within row 3' }
const unreadable: WorkResult = { outcome: 'postponed', trouble: 'reading', reason: 'EIO: i/o error, read' }
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1))

test('delivers oldest first and takes out of the queue what was delivered', async () => {
  const sink = new MemorySink()
  await site.publish('300', '99', '1000')
  await writeFile(join(queue.directory, 'readme'), 'not a snapshot')
  await mkdir(join(queue.directory, 'other'))
  start([output('memory', sink)])
  await vi.waitFor(async () => expect(await readdir(queue.directory)).toEqual(['other', 'readme']))
  expect(sink.got).toEqual(['99', '300', '1000'])
})

test('a destination that is down holds up neither the other nor loses anything', async () => {
  const [up, down] = [new MemorySink(), new MemorySink()]
  down.down = true
  await site.publish(...numbers(5))
  start([output('up', up), output('down', down)])
  await vi.waitFor(() => expect(up.got).toEqual(numbers(5)))
  await vi.waitFor(() => expect(down.attempts).toBeGreaterThan(2))
  expect(await site.queued()).toHaveLength(5)
  down.down = false
  await site.drained()
  expect(down.got).toEqual(numbers(5))
  expect(up.got).toHaveLength(5)
})

test('after a restart an output does not get again what it has', async () => {
  const [up, down] = [new MemorySink(), new MemorySink()]
  down.down = true
  await site.publish('1', '2')
  start([output('up', up), output('down', down)])
  await vi.waitFor(async () => expect(await readdir(queue.pathOf('2'))).toEqual(['.delivered.up']))
  await site.stop()
  const later = new MemorySink()
  start([output('up', later), output('down', new MemorySink())])
  await site.drained()
  expect(later.got).toEqual([])
})

test('a snapshot that cannot be processed goes to quarantine with its reason, the next is delivered', async () => {
  const sink = new MemorySink()
  await site.publish('1', '2')
  start([output('memory', sink)], { run: firstIs(invalid) })
  await site.drained()
  await vi.waitFor(async () => expect((await readdir(queue.quarantineDirectory)).sort()).toEqual(['1', '1.reason']))
  expect(await readFile(join(queue.quarantineDirectory, '1.reason'), 'utf8')).toBe('a_stat ends within row 3\n')
  expect(sink.got).toEqual(['2'])
})

test('a snapshot that cannot be read for a while is not quarantined, and the others go on meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const sink = new MemorySink()
  let attempts = 0
  await site.publish('1', '2', '3')
  const run = async (work: Work) => (work.snapshot === '1' && attempts++ < 12 ? unreadable : encode(work))
  const delivery = start([output('memory', sink)], { run })
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
})

test('a snapshot that is tried again keeps no other one waiting, however long that takes', async () => {
  const sink = new MemorySink()
  const forever = new Promise<WorkResult>(() => undefined)
  let attempts = 0
  await site.publish('1', '2')
  const run = async (work: Work) => {
    if (work.snapshot !== '1') return encode(work)
    return attempts++ === 0 ? unreadable : forever
  }
  const delivery = start([output('memory', sink, { maxSendDatapoints: 1000 })], { run, finishTime: 0.1 })
  await vi.waitFor(() => expect(attempts).toBe(2), { timeout: 10_000 })
  await site.publish('3')
  delivery.scan()
  await vi.waitFor(() => expect(sink.got).toEqual(['2', '3']))
})

test('trouble that keeps snapshots waiting is logged when it begins and when it ends, not for each of them', async () => {
  const { log, lines } = listening()
  const important = () => lines.filter((line) => !line.startsWith('debug') && !line.includes(' delivered'))
  let well = false
  await site.publish('1', '2', '3')
  start([output('memory', new MemorySink())], { run: async (work) => (well ? encode(work) : unreadable), log })
  await vi.waitFor(() => expect(important()).toHaveLength(1))
  const begins = 'snapshot 1 cannot be processed now, it stays in the queue and is tried again: EIO: i/o error, read'
  expect(important()).toEqual([`error ${begins}`])
  await new Promise((resolve) => setTimeout(resolve, 2500))
  expect(important()).toHaveLength(1)
  well = true
  await site.drained()
  expect(important().slice(1)).toEqual(['info no snapshot waits any more because of trouble with reading files'])
})

test('told to stop while a worker hangs, it ends in time', async () => {
  const run = vi.fn(() => new Promise<WorkResult>(() => undefined))
  await site.publish('1')
  start([output('a', new MemorySink())], { run, finishTime: 0.2 })
  await vi.waitFor(() => expect(run).toHaveBeenCalled())
  await site.stop()
  expect(await site.queued()).toEqual(['1'])
})

test('a snapshot on its way to quarantine is neither taken again nor missed', async () => {
  const quarantine = queue.quarantine.bind(queue)
  const [begun, goOn] = [new AbortController(), new AbortController()]
  queue.quarantine = async (...given) => {
    begun.abort()
    if (!goOn.signal.aborted) await once(goOn.signal, 'abort')
    return quarantine(...given)
  }
  await site.publish('1')
  const delivery = start([output('memory', new MemorySink())], { run: firstIs(invalid) })
  await once(begun.signal, 'abort')
  await scanned(delivery, queue)
  goOn.abort()
  await vi.waitFor(() => expect(delivery.counts.quarantined).toBe(1))
  expect(await site.queued()).toEqual([])
  await scanned(delivery, queue)
  expect(delivery.counts).toMatchObject({ taken: 1, quarantined: 1, waiting: 0, vanished: 0 })
})

test('a snapshot that cannot be moved to quarantine waits, is counted once, and moved when it can be', async () => {
  const quarantine = vi.spyOn(queue, 'quarantine').mockRejectedValue(new Error('ENOSPC'))
  const run = vi.fn(firstIs(invalid))
  await site.publish('1')
  const delivery = start([output('memory', new MemorySink())], { run })
  await vi.waitFor(() => expect(quarantine).toHaveBeenCalledTimes(1))
  await scanned(delivery, queue)
  await scanned(delivery, queue)
  expect(quarantine.mock.calls.length).toBeGreaterThan(1)
  expect(run).toHaveBeenCalledTimes(1)
  expect(delivery.counts).toMatchObject({ taken: 1, quarantined: 0, waiting: 1, vanished: 0 })
  quarantine.mockRestore()
  await scanned(delivery, queue)
  expect(delivery.counts).toMatchObject({ taken: 1, quarantined: 1, waiting: 0, vanished: 0 })
  expect(await site.queued()).toEqual([])
})

test('prefetches no more batches into memory than there is room for', async () => {
  const sink = new MemorySink()
  sink.down = true
  const run = vi.fn(encode)
  await site.publish(...numbers(20))
  start([output('memory', sink, { prefetchDatapoints: 25, prefetch: 50 })], { run: (work) => run(work) })
  await vi.waitFor(() => expect(sink.attempts).toBeGreaterThan(5))
  expect(run.mock.calls.length).toBeLessThan(20)
  sink.down = false
  await site.drained()
  expect(sink.got).toHaveLength(20)
})

test('told to stop, it finishes the send in progress and leaves the rest', async () => {
  const sink = new MemorySink()
  sink.hangs = true
  await site.publish('1', '2', '3', '4')
  start([output('slow', sink, { prefetch: 1, prefetchDatapoints: 10 })])
  await vi.waitFor(() => expect(sink.attempts).toBe(1))
  const stopped = site.stop()
  sink.goOn()
  await stopped
  expect(sink.got[0]).toBe('1')
  expect(sink.got.length).toBeLessThan(4)
  expect(await site.queued()).toEqual(['1', '2', '3', '4'].slice(sink.got.length))
})

test('told to stop while its destination is down, it stops without waiting for it', async () => {
  const sink = new MemorySink()
  sink.down = true
  await site.publish('1')
  start([output('down', sink, { retry: { retries: 3, interval: 600, backoff: 2, delay: 600 } })])
  await vi.waitFor(() => expect(sink.attempts).toBe(1))
  await site.stop()
  expect(await site.queued()).toEqual(['1'])
})

test('a backlog of small snapshots goes out several at a time, in order', async () => {
  const sink = new MemorySink()
  sink.down = true
  await site.publish(...numbers(40))
  start([output('memory', sink, { maxSendDatapoints: 100 })])
  await vi.waitFor(() => expect(sink.attempts).toBeGreaterThan(1))
  sink.down = false
  await site.drained()
  expect(sink.got).toEqual(numbers(40))
  expect(Math.max(...sink.sends)).toBe(10)
})

test('after a destination died, what it took shortly before is sent again first', async () => {
  const sink = new MemorySink()
  await site.publish('1', '2')
  const delivery = start([output('memory', sink, { replay: 60 })])
  await site.drained()
  sink.down = true
  await site.publish('3')
  delivery.scan()
  await vi.waitFor(() => expect(sink.attempts).toBeGreaterThan(3))
  sink.down = false
  await site.drained()
  expect(sink.got).toEqual(['1', '2', '1', '2', '3'])
  expect(delivery.outputs.get('memory')).toMatchObject({ snapshots: 3, replayed: 2 })
})

test('a death that was seen between two snapshots is enough', async () => {
  const sink = new MemorySink()
  const delivery = start([output('memory', sink, { replay: 60 })])
  for (const snapshot of ['1', '2', '3']) {
    await site.publish(snapshot)
    delivery.scan()
    await site.drained()
    sink.deaths = 1
  }
  expect(sink.got).toEqual(['1', '1', '2', '3'])
})

test('a backlog drains no faster than its rate, fewer at a time', async () => {
  const sink = new MemorySink()
  sink.down = true
  await site.publish(...numbers(12))
  start([output('memory', sink, { maxSendDatapoints: 1000, maxRate: 40 })])
  await vi.waitFor(() => expect(sink.attempts).toBeGreaterThan(1))
  const begin = performance.now()
  sink.down = false
  await site.drained()
  expect(performance.now() - begin).toBeGreaterThan(1900)
  expect(Math.max(...sink.sends)).toBe(4)
})

test('every snapshot is accounted for, whatever became of it', async () => {
  const sink = new MemorySink()
  sink.down = true
  await site.publish('1', '2', '3', '4')
  const delivery = start([output('memory', sink)], { run: firstIs(invalid) })
  await vi.waitFor(() => expect(delivery.counts).toMatchObject({ quarantined: 1, waiting: 3 }))
  await vi.waitFor(() => expect(sink.attempts).toBeGreaterThan(1))
  await rm(queue.pathOf('4'), { recursive: true })
  await vi.waitFor(() => {
    delivery.scan()
    expect(delivery.counts.vanished).toBe(1)
  })
  sink.down = false
  await site.drained()
  const became = { delivered: 2, quarantined: 1, vanished: 1, waiting: 0, leftOut: 0, dropped: 0 }
  expect(delivery.counts).toEqual({ taken: 4, ...became })
  expect(countMissing(delivery.counts)).toBe(0)
  expect(sink.got).toEqual(['2', '3'])
})

test('knows how long ago a reading of the queue ended', async () => {
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  vi.spyOn(queue, 'list').mockImplementation(async () => {
    await gate
    throw new Error('cannot be read')
  })
  const delivery = start([output('a', new MemorySink())])
  const now = performance.now()
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 31_000)
  expect(delivery.sinceScan).toBeGreaterThanOrEqual(31)
  // One that fails has ended as well.
  open()
  await vi.waitFor(() => expect(delivery.sinceScan).toBe(0))
  expect(delivery.lastScan).toBeUndefined()
  clock.mockRestore()
})
