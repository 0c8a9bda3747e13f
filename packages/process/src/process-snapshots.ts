import type { Configuration, Logger } from '@haproxystats/core'
import { prepareQueue } from './check.ts'
import { Delivery } from './delivery/delivery.ts'
import type { LaneSettings } from './delivery/lane.ts'
import { dispatchers } from './dispatchers/index.ts'
import { lockQueue } from './queue/consumer-lock.ts'
import { SnapshotQueue } from './queue/snapshot-queue.ts'
import { watchQueue } from './queue/watch.ts'
import { WorkerPool } from './workers/pool.ts'

/** Consumes the queue until `signal`: watch → worker → deliver → remove. */
export async function processSnapshots(
  configuration: Configuration,
  { log, signal }: { log: Logger; signal: AbortSignal },
): Promise<void> {
  await prepareQueue(configuration)
  const settings = configuration.process
  const queue = new SnapshotQueue(settings['src-dir'])
  const lock = await lockQueue(queue.directory)
  await queue.open()
  const pool = new WorkerPool(settings)
  const lanes = lanesOf(configuration, log)
  const delivery = new Delivery({ queue, run: (work) => pool.run(work), lanes, log })
  const watch = watchQueue(queue.directory, log, () => delivery.scan())
  log.info(
    { queue: queue.directory, workers: settings.workers, dispatchers: lanes.map(({ name }) => name) },
    `watching ${queue.directory}, delivering to ${lanes.map(({ name }) => name).join(' and ')}`,
  )
  delivery.scan()
  await delivery.run(signal)
  await watch.close()
  await pool.close()
  lock.release()
}

function lanesOf(configuration: Configuration, log: Logger): LaneSettings[] {
  return dispatchers.flatMap((dispatcher) => {
    const options = dispatcher.settings(configuration)
    if (options === undefined) return []
    return [
      {
        name: dispatcher.name,
        sink: dispatcher.open(options, { log }),
        encoding: dispatcher.encoding(configuration),
        retry: dispatcher.retry(options),
        window: dispatcher.window(options),
        together: dispatcher.together,
        ahead: configuration.process.workers + 1,
      },
    ]
  })
}
