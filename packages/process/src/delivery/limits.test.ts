import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DeliverySite, encode, listening, MemorySink, output, scanned } from '../../../../test/support/delivery.ts'
import type { SnapshotQueue } from '../queue/snapshot-queue.ts'
import type { Work } from '../types/work.ts'
import { countMissing } from './counts.ts'
import { roomIn } from './limits.ts'

let site: DeliverySite
let queue: SnapshotQueue

beforeEach(async () => {
  site = await DeliverySite.make()
  queue = site.queue
})

afterEach(() => site.end())

const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index))

/** Processes snapshots, of which these are incomplete. */
const processing = (...incomplete: string[]) => ({
  run: (work: Work) => encode(work, incomplete.includes(work.snapshot) ? 'lb2 did not answer' : undefined),
})

describe.each(['drop-newest', 'drop-oldest'] as const)('a destination that is down, with %s', (full) => {
  it('holds no more than its backlog; the other loses nothing, and the queue is bounded', async () => {
    const [up, down] = [new MemorySink(), new MemorySink()]
    down.down = true
    const { lines, log } = listening()
    const delivery = site.start([output('up', up), output('down', down, { backlog: { most: 4, full } })], { log })
    for (const snapshot of names(1, 10)) {
      await site.publish(snapshot)
      await scanned(delivery, queue)
      await vi.waitFor(() => expect(up.got.at(-1)).toBe(snapshot))
    }
    expect(up.got).toEqual(names(1, 10))
    const kept = full === 'drop-newest' ? names(1, 4) : names(7, 10)
    await vi.waitFor(async () => {
      delivery.scan()
      expect(await site.queued()).toEqual(kept)
    })
    expect(delivery.outputs.get('down')).toMatchObject({ waiting: 4, dropped: 6, dropping: true, snapshots: 0 })
    expect(delivery.outputs.get('up')).toMatchObject({ waiting: 0, dropped: 0, snapshots: 10 })
    expect(delivery.counts).toMatchObject({ taken: 10, delivered: 0, waiting: 4, dropped: 6, vanished: 0 })
    expect(countMissing(delivery.counts)).toBe(0)
    down.down = false
    await site.drained()
    expect(down.got).toEqual(kept)
    expect(delivery.counts).toMatchObject({ taken: 10, delivered: 4, waiting: 0, dropped: 6 })
    expect(delivery.outputs.get('down')).toMatchObject({ dropped: 6, dropping: false })
    const logged = lines.filter((text) => /^(?:error|info) down: .*backlog (?:is full|has room)/.test(text))
    expect(logged).toHaveLength(2)
    expect(logged[0]).toMatch(/^error down: backlog is full: 5 snapshots wait, dropping the (newest|oldest)/)
    expect(logged[1]).toBe('info down: backlog has room again, 6 snapshots were dropped')
  })
})

describe('a limit', () => {
  it('holds over a restart: what was dropped is not sent', async () => {
    const [up, down] = [new MemorySink(), new MemorySink()]
    ;[up.down, down.down] = [true, true]
    const outputs = () => [output('up', up), output('down', down, { backlog: { most: 1, full: 'drop-oldest' } })]
    const delivery = site.start(outputs())
    await site.publish('1', '2', '3')
    await vi.waitFor(() => {
      delivery.scan()
      expect(delivery.outputs.get('down')).toMatchObject({ waiting: 1, dropped: 2 })
    })
    await vi.waitFor(async () => expect(await readdir(queue.pathOf('2'))).toEqual(['.dropped.down']))
    await site.stop()
    ;[up.down, down.down] = [false, false]
    const again = site.start(outputs())
    again.scan()
    await site.drained()
    expect([up.got, down.got]).toEqual([['1', '2', '3'], ['3']])
    expect(again.counts).toMatchObject({ taken: 3, delivered: 1, dropped: 2 })
  })

  it('never takes away what is being sent, and takes away what waits for the next attempt', async () => {
    const sink = new MemorySink()
    sink.hangs = true
    const slowly = { retries: -1, interval: 0.2, backoff: 1, delay: 0.2 }
    const delivery = site.start([output('a', sink, { backlog: { most: 1, full: 'drop-oldest' }, retry: slowly })])
    await site.publish('1')
    delivery.scan()
    await vi.waitFor(() => expect(sink.attempts).toBe(1))
    await site.publish('2', '3')
    await vi.waitFor(async () => {
      delivery.scan()
      expect(await site.queued()).toEqual(['1'])
    })
    expect(delivery.outputs.get('a')).toMatchObject({ waiting: 1, dropped: 2 })
    sink.down = true
    sink.goOn()
    await site.publish('4')
    await vi.waitFor(async () => {
      delivery.scan()
      expect(await site.queued()).toEqual(['4'])
    })
    sink.down = false
    await site.drained()
    expect(sink.got).toEqual(['4'])
    expect(delivery.counts).toMatchObject({ taken: 4, delivered: 1, dropped: 3, waiting: 0 })
  })

  it('of the queue is kept by those that are behind, of whatever policy', async () => {
    const [up, one, other] = [new MemorySink(), new MemorySink(), new MemorySink()]
    ;[one.down, other.down] = [true, true]
    const most = roomIn(10)
    const outputs = [
      output('up', up),
      output('one', one, { backlog: { most, full: 'drop-newest' } }),
      output('other', other, { backlog: { most, full: 'drop-oldest' } }),
    ]
    const delivery = site.start(outputs, { queueSize: 10 })
    for (const snapshot of names(1, 40)) {
      await site.publish(snapshot)
      await scanned(delivery, queue)
      await vi.waitFor(() => expect(up.got.at(-1)).toBe(snapshot))
      await vi.waitFor(async () => {
        delivery.scan()
        expect((await site.queued()).length).toBeLessThan(10)
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
    await site.publish(...names(1, 20))
    const backlog = { most: 5, full: 'drop-newest' } as const
    const delivery = site.start([output('up', up, { backlog }), output('down', down, { backlog })])
    delivery.scan()
    await vi.waitFor(() => expect(up.got).toEqual(names(1, 20)))
    await vi.waitFor(async () => {
      delivery.scan()
      expect(await site.queued()).toEqual(names(1, 5))
    })
    expect(delivery.outputs.get('up')).toMatchObject({ dropped: 0 })
    expect(delivery.outputs.get('down')).toMatchObject({ dropped: 15 })
  })

  it('of an output that nobody waits for makes no loss', async () => {
    const [up, page] = [new MemorySink(), new MemorySink()]
    page.hangs = true
    const { lines, log } = listening()
    const backlog = { most: 2, full: 'drop-oldest', silent: true } as const
    const delivery = site.start([output('up', up), output('http', page, { backlog })], { log })
    await site.publish('1')
    delivery.scan()
    await vi.waitFor(() => expect(page.attempts).toBe(1))
    await site.publish(...names(2, 9))
    await vi.waitFor(async () => {
      delivery.scan()
      expect(await site.queued()).toEqual(['1', '9'])
    })
    expect(delivery.counts).toMatchObject({ taken: 9, delivered: 7, waiting: 2, dropped: 0 })
    page.goOn()
    await site.drained()
    expect(page.got).toEqual(['1', '9'])
    expect(delivery.counts).toMatchObject({ taken: 9, delivered: 9, dropped: 0 })
    expect(lines.filter((text) => /^(?:warn|error)/.test(text))).toEqual([])
  })

  it('leaves room for what is pulled', () => {
    expect([1, 2, 3, 4, 5, 100, 360].map(roomIn)).toEqual([1, 1, 1, 2, 3, 97, 351])
  })
})

describe('an incomplete snapshot', () => {
  it('is left out or taken as each output wants, counted, and logged once', async () => {
    const [strict, taking] = [new MemorySink(), new MemorySink()]
    const { lines, log } = listening()
    const settings = { maxSendDatapoints: 100, incomplete: 'discard' } as const
    await site.publish(...names(1, 6))
    const outputs = [output('strict', strict, settings), output('taking', taking)]
    const delivery = site.start(outputs, { log, ...processing('2', '3', '5') })
    delivery.scan()
    await site.drained()
    expect(strict.got).toEqual(['1', '4', '6'])
    expect(taking.got).toEqual(names(1, 6))
    expect(delivery.outputs.get('strict')).toMatchObject({ snapshots: 3, leftOut: 3, dropped: 0 })
    expect(delivery.counts).toMatchObject({ taken: 6, delivered: 3, leftOut: 3, waiting: 0 })
    expect(countMissing(delivery.counts)).toBe(0)
    expect(lines.filter((text) => /^(?:warn|info) strict/.test(text))).toEqual([
      'warn strict: snapshot 2 is incomplete, and left out (incomplete = discard): lb2 did not answer',
      'info strict: snapshots are complete again, 2 were left out',
      'warn strict: snapshot 5 is incomplete, and left out (incomplete = discard): lb2 did not answer',
      'info strict: snapshots are complete again, 1 were left out',
    ])
    expect(lines).toContainEqual(expect.stringMatching(/^debug snapshot 2: 10 datapoints .*, left out of strict$/))
  })

  it('that all leave out leaves the queue', async () => {
    const sink = new MemorySink()
    await site.publish('1')
    const delivery = site.start([output('strict', sink, { incomplete: 'discard' })], processing('1'))
    delivery.scan()
    await site.drained()
    expect(delivery.counts).toMatchObject({ taken: 1, delivered: 0, leftOut: 1 })
    expect(sink.attempts).toBe(0)
  })
})

describe('the queue', () => {
  it('does not take a snapshot of which it cannot be read who has it, and goes on with others', async () => {
    const sink = new MemorySink()
    const { lines, log } = listening()
    const read = queue.fates.bind(queue)
    const fates = vi.spyOn(queue, 'fates').mockImplementation(async (snapshot) => {
      if (snapshot === '1') throw Object.assign(new Error('EIO: i/o error, scandir'), { code: 'EIO' })
      return read(snapshot)
    })
    await site.publish('1', '2')
    const delivery = site.start([output('a', sink)], { log })
    await scanned(delivery, queue)
    await scanned(delivery, queue)
    await vi.waitFor(() => expect(sink.got).toEqual(['2']))
    expect(lines.filter((text) => text.startsWith('error'))).toEqual([
      'error cannot read which outputs have snapshot 1, so it waits; trying again every few seconds: EIO: i/o error, scandir',
    ])
    fates.mockRestore()
    await scanned(delivery, queue)
    await site.drained()
    expect(sink.got).toEqual(['2', '1'])
  })

  it('says of a snapshot that is out of it, and cannot be deleted, just that', async () => {
    const { lines, log } = listening()
    const remove = queue.remove.bind(queue)
    vi.spyOn(queue, 'remove').mockImplementation(async (snapshot) => {
      await remove(snapshot)
      return new Error('EPERM: operation not permitted, unlink')
    })
    await site.publish('1', '2')
    const delivery = site.start([output('a', new MemorySink())], { log })
    delivery.scan()
    await site.drained()
    await vi.waitFor(() => expect(lines.filter((text) => text.startsWith('error'))).toHaveLength(1))
    expect(lines.find((text) => text.startsWith('error'))).toMatch(
      /^error snapshot 1 is out of the queue, but its files cannot be deleted/,
    )
    expect(delivery.counts).toMatchObject({ delivered: 2, waiting: 0 })
  })
})
