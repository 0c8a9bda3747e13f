import { type Configuration, type Logger, lockDirectory, wait } from '@haproxystats/core'
import type { ServiceManager } from '@haproxystats/core/program'
import { prepareQueue } from './check.ts'
import { Delivery, standstill, stopTime } from './delivery/delivery.ts'
import { roomIn } from './delivery/limits.ts'
import type { OutputQueueSettings } from './delivery/output-queue.ts'
import { HttpService } from './http/service.ts'
import { outputs } from './outputs/index.ts'
import { SnapshotQueue } from './queue/snapshot-queue.ts'
import { watchQueue } from './queue/watch.ts'
import { keepStatus, sentenceOf, statusOf } from './status.ts'
import type { OutputOptions } from './types/output.ts'
import type { Work } from './types/work.ts'
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
  const pathOf = (snapshot: string) => queue.pathOf(snapshot)
  const readSources = pool.readSources.bind(pool)
  const http = configuration.http && new HttpService(configuration, { log, pathOf, readSources })
  const opened = [...openOutputs(configuration, log), ...(http === undefined ? [] : [http.outputQueue])]
  const run = (work: Work) => pool.run(http?.withMemory(work) ?? work)
  const delivery = new Delivery({ queue, run, outputs: opened, queueSize: configuration.pull['queue-size'], log })
  const backlog = () => delivery.counts.waiting > manySnapshots
  const watch = watchQueue(queue.directory, log, () => delivery.scan(), backlog)
  const names = opened.map(({ name }) => name)
  log.info(
    { queue: queue.directory, workers: settings.workers, dispatchers: names },
    `watching ${queue.directory}, delivering to ${names.join(' and ')}`,
  )
  delivery.scan()
  service?.ready({ alive: () => delivery.sinceScan < standstill, status: () => sentenceOf(delivery) })
  const status = keepStatus(configuration, log, () => {
    const fields = statusOf(delivery, pool.status)
    void http?.passStatus(fields)
    return fields
  })
  let stopping = performance.now()
  signal.addEventListener('abort', () => {
    stopping = performance.now()
  })
  void checkWorkers(pool, settings['liveness-check-interval'], signal)
  try {
    await delivery.run(signal)
  } finally {
    const closed = new AbortController()
    const closing = Promise.all([watch.close(), status.close(), pool.close(), http?.close()])
    // What hangs ends with the process.
    const passed = signal.aborted ? (performance.now() - stopping) / 1000 : 0
    await Promise.race([closing, wait(stopTime - passed, closed.signal)])
    closed.abort()
    lock.release()
  }
}

/** Checks the workers from time to time. */
async function checkWorkers(pool: WorkerPool, interval: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pool.check()
    await wait(interval, signal)
  }
}

/** The outputs of a configuration; connects to none yet. */
export function openOutputs(configuration: Configuration, log: Logger): OutputQueueSettings[] {
  return outputs.flatMap((output) =>
    output.instances(configuration).map(({ name, options }) => ({
      name,
      sink: output.open(options, { log: log.child({ dispatcher: name }) }),
      encoding: output.encoding(configuration, options),
      ...output.queue(options),
      prefetch: configuration.process.workers + 1,
      ...limitsOf(options, configuration.pull),
    })),
  )
}

/** What an output may lose, and what it leaves out; unless its section says so, `[pull]` does. */
function limitsOf(
  options: OutputOptions,
  pull: Configuration['pull'],
): Pick<OutputQueueSettings, 'backlog' | 'incomplete'> {
  const most = Math.min(options.backlog ?? Number.POSITIVE_INFINITY, roomIn(pull['queue-size']))
  const full = options['backlog-full'] ?? (pull['queue-full'] === 'suspend' ? 'drop-newest' : 'drop-oldest')
  const incomplete = options.incomplete ?? (pull['on-failure'] === 'discard' ? 'discard' : 'deliver')
  return { backlog: { most, full }, incomplete }
}
