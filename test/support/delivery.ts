import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '@haproxystats/core'
import { silentLogger } from '@haproxystats/core/program'
import { expect, vi } from 'vitest'
import { Delivery, type DeliveryContext } from '../../packages/process/src/delivery/delivery.ts'
import { roomIn } from '../../packages/process/src/delivery/limits.ts'
import type { OutputQueueSettings } from '../../packages/process/src/delivery/output-queue.ts'
import { SnapshotQueue } from '../../packages/process/src/queue/snapshot-queue.ts'
import type { Batch, Sink } from '../../packages/process/src/types/output.ts'
import type { Work, WorkResult } from '../../packages/process/src/types/work.ts'

/** A destination in memory that fails while `down`, and does not answer while it `hangs`. */
export class MemorySink implements Sink {
  readonly got: string[] = []
  /** The number of batches of each send. */
  readonly sends: number[] = []
  attempts = 0
  down = false
  hangs = false
  deaths = 0
  #goOn: () => void = () => undefined

  async send(batches: readonly Batch[], signal: AbortSignal): Promise<void> {
    this.attempts++
    if (this.hangs) {
      await new Promise<void>((resolve) => {
        this.#goOn = resolve
        signal.addEventListener('abort', () => resolve())
      })
    }
    if (this.down) throw new Error('down')
    this.got.push(...batches.map(({ snapshot }) => snapshot))
    this.sends.push(batches.length)
  }

  goOn(): void {
    this.hangs = false
    this.#goOn()
  }

  async close(): Promise<void> {}
}

/** An output with room for everything, that never pauses, and sends one small batch at a time. */
export function output(name: string, sink: Sink, settings: Partial<OutputQueueSettings> = {}): OutputQueueSettings {
  return {
    name,
    sink,
    encoding: { encoder: 'text', options: null },
    retry: { retries: -1, interval: 0.005, backoff: 1, delay: 0.005 },
    prefetchDatapoints: 1000,
    prefetch: 2,
    maxSendDatapoints: 1,
    replay: 0,
    maxRate: 0,
    backlog: { most: roomIn(1000), full: 'drop-newest' },
    incomplete: 'deliver',
    ...settings,
  }
}

/** Ten datapoints for each encoding; of an incomplete snapshot, with what it lacks. */
export async function encode({ encodings }: Pick<Work, 'encodings'>, incomplete?: string): Promise<WorkResult> {
  const batches = encodings.map(() => ({ bytes: new Uint8Array(0), datapoints: 10 }))
  return { outcome: 'encoded', batches, processes: 1, warnings: [], ...(incomplete !== undefined && { incomplete }) }
}

/** A queue directory, and what delivers from it. */
export class DeliverySite {
  readonly base: string
  readonly queue: SnapshotQueue
  #stop = new AbortController()
  #ended: Promise<void> | undefined

  private constructor(base: string) {
    this.base = base
    this.queue = new SnapshotQueue(join(base, 'incoming'), 1000)
  }

  static async make(): Promise<DeliverySite> {
    const site = new DeliverySite(await mkdtemp(join(tmpdir(), 'delivery-')))
    await mkdir(site.queue.directory)
    await site.queue.open()
    return site
  }

  /** Begins to deliver; what waits is found by the first `scan`. */
  start(outputs: readonly OutputQueueSettings[], given: Partial<DeliveryContext> = {}): Delivery {
    const run = (work: Work) => encode(work)
    const delivery = new Delivery({ queue: this.queue, run, outputs, queueSize: 1000, log: silentLogger(), ...given })
    this.#stop = new AbortController()
    this.#ended = delivery.run(this.#stop.signal)
    return delivery
  }

  /** Tells delivery to stop, and waits until it has. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  async end(): Promise<void> {
    await this.stop()
    await rm(this.base, { recursive: true, force: true })
  }

  async publish(...snapshots: string[]): Promise<void> {
    for (const snapshot of snapshots) await mkdir(this.queue.pathOf(snapshot))
  }

  /** What is in the queue, oldest first. */
  queued(): Promise<string[]> {
    return this.queue.list()
  }

  /** Waits until everything is out of the queue. */
  async drained(): Promise<void> {
    await vi.waitFor(async () => expect(await this.queued()).toEqual([]), { timeout: 20_000 })
  }
}

/** Has the queue read, and waits until it has been, from its beginning to its end. */
export async function scanned(delivery: Delivery, queue: SnapshotQueue): Promise<void> {
  const real = queue.list.bind(queue)
  const begun: (Date | undefined)[] = []
  const list = vi.spyOn(queue, 'list').mockImplementation(() => {
    begun.push(delivery.lastScan)
    return real()
  })
  delivery.scan()
  await vi.waitFor(() => {
    expect(begun.length).toBeGreaterThan(0)
    expect(delivery.lastScan).not.toBe(begun[0])
  })
  list.mockRestore()
}

/** A log, and its lines as `level text`. */
export function listening(): { log: Logger; lines: string[] } {
  const lines: string[] = []
  const log = silentLogger()
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    vi.spyOn(log, level).mockImplementation((_facts: unknown, message?: string) => lines.push(`${level} ${message}`))
  }
  return { log, lines }
}
