import { version } from '@haproxystats/core'
import {
  accountMetrics,
  dispatcherMetrics,
  type OwnMetric,
  queueMetrics,
  type Status,
  snapshotMetrics,
  workerMetrics,
} from '../../aggregate/own-metrics.ts'
import { shownNames } from '../live/source-names.ts'
import type { Facts } from '../types/facts.ts'
import { type Exposition, labelBlock, plain } from './exposition.ts'
import type { Metric } from './metric.ts'

/** What no table of metrics has: it is of the configuration, or of one source. */
const others = {
  build: { name: 'haproxystats_build_info', type: 'gauge', help: 'Release of haproxystats.' },
  interval: { name: 'haproxystats_interval_seconds', type: 'gauge', help: 'Time between snapshots, as configured.' },
  snapshot: {
    name: 'haproxystats_snapshot_timestamp_seconds',
    type: 'gauge',
    help: 'When the newest snapshot was taken, since the epoch: time() minus this is how old everything here is.',
  },
  source: {
    name: 'haproxystats_source_up',
    type: 'gauge',
    help: 'Whether a source has answered, by source, 1; 0: it is not in the newest snapshot, so sums are too low.',
  },
} as const

/** Gauges before counters. */
const labelledByDispatcher = dispatcherMetrics.toSorted((one, other) => isCounter(one) - isCounter(other))

/** All metrics `haproxystats_*`, in the order in which they are written. */
export const ownMetrics: readonly Metric[] = [
  ...Object.values(others),
  ...[queueMetrics, accountMetrics, workerMetrics, labelledByDispatcher, snapshotMetrics]
    .flat()
    .flatMap(({ prometheus }) => prometheus ?? []),
]

function isCounter({ prometheus }: OwnMetric<Status>): number {
  return Number(prometheus?.type === 'counter')
}

type Samples = readonly (readonly [labels: Uint8Array, value: number])[]

/** Writes `haproxystats_*`: what there is to say of the newest snapshot and of the program. */
export function renderOwn(exposition: Exposition, facts: Facts, wants: (name: string) => boolean): void {
  const write = (metric: Metric | undefined, samples: () => Samples) => {
    if (metric === undefined || !wants(metric.name)) return
    exposition.begin(metric)
    for (const [labels, value] of samples()) {
      if (labels.length === 0) exposition.value(value)
      else exposition.sample(labels, plain, value)
    }
  }
  const { status, view } = facts
  write(others.build, () => [[labelBlock([['version', version]]), 1]])
  write(others.interval, () => single(facts.interval))
  write(others.snapshot, () => single(view?.snapshot ?? Number.NaN))
  write(others.source, () => sources(facts))
  for (const { prometheus, value } of queueMetrics) write(prometheus, () => single(value(status)))
  const accounts = (status['snapshots'] ?? {}) as Status
  for (const { prometheus, value } of accountMetrics) write(prometheus, () => single(value(accounts)))
  for (const { prometheus, value } of workerMetrics) write(prometheus, () => single(value(status)))
  const dispatchers = Object.entries((status['dispatchers'] ?? {}) as Readonly<Record<string, Status>>)
  for (const { prometheus, value } of labelledByDispatcher) {
    write(prometheus, () => dispatchers.map(([name, its]) => [labelBlock([['dispatcher', name]]), value(its)]))
  }
  const table = view?.tables.find(({ kind }) => kind === 'own')
  if (table === undefined) return
  for (const { name, prometheus } of snapshotMetrics) {
    write(prometheus, () => single(table.values[table.fields.indexOf(name)] ?? Number.NaN))
  }
}

const nothing = new Uint8Array(0)
const single = (value: number): Samples => [[nothing, value]]

/** The sources that were asked, whether they answered or not; a socket on which no process listens is none. */
function sources({ view }: Facts): Samples {
  const asked = view?.pull?.sources.filter(({ result }) => result === 'answered' || result === 'failed') ?? []
  const names = shownNames(asked.map(({ name }) => name))
  return asked.map(({ result }, index) => [
    labelBlock([['source', names[index] as string]]),
    result === 'answered' ? 1 : 0,
  ])
}
