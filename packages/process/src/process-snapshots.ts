import { type Configuration, type Logger, lockDirectory, wait } from '@haproxystats/core'
import type { ServiceManager } from '@haproxystats/core/program'
import { prepareQueue } from './check.ts'
import { Delivery, standstill, stopTime } from './delivery/delivery.ts'
import { roomIn } from './delivery/limits.ts'
import type { LaneSettings } from './delivery/output-queue.ts'
import { HttpService } from './http/service.ts'
import { dispatchers } from './outputs/index.ts'
import { SnapshotQueue } from './queue/snapshot-queue.ts'
import { watchQueue } from './queue/watch.ts'
import { keepStatus, sentenceOf, statusOf } from './status.ts'
import type { OutputOptions } from './types/output.ts'
import { WorkerPool } from './workers/pool.ts'

/** With more snapshots waiting than this, new ones need not be heard of at once. */
const manySnapshots = 100

/** Consumes the queue until `signal`: watch → worker → deliver → remove. */
export async function processSnapshots(
  configuration: Configuration,
  { log, signal, service }: { log: Logger; signal: AbortSignal; service?: Pick<ServiceManager, 'ready'> },
): Promise<void> {
  await prepareQueue(configuration)
  const settings = configuration.process
  const queue = new SnapshotQueue(settings['src-dir'], settings['quarantine-size'])
  const lock = lockDirectory('haproxystats-process', queue.directory, 'src-dir')
  await queue.open()
  const pool = new WorkerPool(settings, log)
  const http =
    configuration.http &&
    new HttpService(configuration, {
      log,
      pathOf: (snapshot) => queue.pathOf(snapshot),
      readSources: (work) => pool.readSources(work),
    })
  const lanes = [...lanesOf(configuration, log), ...(http === undefined ? [] : [http.lane])]
  const delivery = new Delivery({
    queue,
    run: (work) => pool.run(http?.withMemory(work) ?? work),
    lanes,
    queueSize: configuration.pull['queue-size'],
    log,
  })
  const backlog = () => delivery.accounts.waiting > manySnapshots
  const watch = watchQueue(queue.directory, log, () => delivery.scan(), backlog)
  log.info(
    { queue: queue.directory, workers: settings.workers, dispatchers: lanes.map(({ name }) => name) },
    `watching ${queue.directory}, delivering to ${lanes.map(({ name }) => name).join(' and ')}`,
  )
  delivery.scan()
  service?.ready({ alive: () => delivery.sinceScan < standstill, status: () => sentenceOf(delivery) })
  const status = keepStatus(configuration, log, () => {
    const fields = statusOf(delivery, pool.status)
    void http?.tell(fields)
    return fields
  })
  const late = secondsAfter(signal, stopTime)
  void checkWorkers(pool, settings['liveness-check-interval'], signal)
  try {
    await delivery.run(signal)
  } finally {
    const closing = Promise.all([watch.close(), status.close(), pool.close(), http?.close()])
    // What hangs ends with the process.
    await Promise.race([closing, late.promise])
    late.cancel()
    lock.release()
  }
}

/** Resolves so many seconds after `signal` was aborted. */
function secondsAfter(signal: AbortSignal, seconds: number): { promise: Promise<void>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<void>((resolve) => {
    const begin = () => {
      timer = setTimeout(resolve, seconds * 1000)
    }
    if (signal.aborted) begin()
    else signal.addEventListener('abort', begin, { once: true })
  })
  return { promise, cancel: () => clearTimeout(timer) }
}

/** Checks the workers from time to time. */
async function checkWorkers(pool: WorkerPool, interval: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pool.check()
    await wait(interval, signal)
  }
}

/** One for every destination of the configuration; opens nothing yet. */
export function lanesOf(configuration: Configuration, log: Logger): LaneSettings[] {
  return dispatchers.flatMap((dispatcher) =>
    dispatcher.instances(configuration).map(({ name, options }) => ({
      name,
      sink: dispatcher.open(options, { log: log.child({ dispatcher: name }) }),
      encoding: dispatcher.encoding(configuration, options),
      retry: dispatcher.retry(options),
      window: dispatcher.window(options),
      together: dispatcher.together,
      replay: dispatcher.replay?.(options) ?? 0,
      maxRate: dispatcher.maxRate?.(options) ?? 0,
      ahead: configuration.process.workers + 1,
      ...limitsOf(options, configuration.pull),
    })),
  )
}

/** What a destination may lose, and what it leaves out; unless its section says so, `[pull]` does. */
function limitsOf(options: OutputOptions, pull: Configuration['pull']): Pick<LaneSettings, 'backlog' | 'incomplete'> {
  const most = Math.min(options.backlog ?? Number.POSITIVE_INFINITY, roomIn(pull['queue-size']))
  const full = options['backlog-full'] ?? (pull['queue-full'] === 'suspend' ? 'drop-newest' : 'drop-oldest')
  const incomplete = options.incomplete ?? (pull['on-failure'] === 'discard' ? 'discard' : 'deliver')
  return { backlog: { most, full }, incomplete }
}
