import { type Configuration, type Logger, lockDirectory, wait } from '@haproxystats/core'
import { prepareQueue } from '../../packages/process/src/check.ts'
import { Delivery } from '../../packages/process/src/delivery/delivery.ts'
import { openOutputs } from '../../packages/process/src/process-snapshots.ts'
import { SnapshotQueue } from '../../packages/process/src/queue/snapshot-queue.ts'
import { createSnapshotEncoder } from '../../packages/process/src/workers/snapshot-encoder.ts'

/** How often the queue is read without being told, in seconds; as the real watch does. */
const rescanInterval = 2

/**
 * haproxystats-process of its real parts, but for two that need threads and the kernel: the work of the worker threads is
 * done in this one, and the events of the watch come from outside. `onDelivery` is told when it consumes the queue.
 */
export async function processInOneThread(
  configuration: Configuration,
  { log, signal, onDelivery }: { log: Logger; signal: AbortSignal; onDelivery: (delivery: Delivery) => void },
): Promise<void> {
  await prepareQueue(configuration)
  const settings = configuration.process
  const queue = new SnapshotQueue(settings['src-dir'], settings['quarantine-size'])
  const lock = lockDirectory('haproxystats-process', queue.directory, 'src-dir')
  try {
    await queue.open()
    const encode = createSnapshotEncoder(settings)
    const delivery = new Delivery({
      queue,
      run: async (work) => encode(work),
      outputs: openOutputs(configuration, log),
      queueSize: configuration.pull['queue-size'],
      log,
    })
    onDelivery(delivery)
    await Promise.all([delivery.run(signal), rescan(delivery, signal)])
  } finally {
    lock.release()
  }
}

async function rescan(delivery: Delivery, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    delivery.scan()
    await wait(rescanInterval, signal)
  }
}
