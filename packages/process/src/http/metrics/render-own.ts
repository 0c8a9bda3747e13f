import { shownNames } from '../live/source-names.ts'
import type { Facts } from '../types/route.ts'
import { type Exposition, labelBlock, plain } from './exposition.ts'
import { dispatcherMetrics, ownFacts, ownMetrics, ownVersion, type StatusMetric, statusMetrics } from './own-metrics.ts'

type Status = Readonly<Record<string, unknown>>

/** Writes `haproxystats_*`: what there is to say of the newest snapshot and of the program. */
export function renderOwn(exposition: Exposition, facts: Facts, wants: (name: string) => boolean): void {
  if (wants(ownFacts.build.name)) {
    exposition.begin(ownFacts.build)
    exposition.sample(labelBlock([ownVersion]), plain, 1)
  }
  const single = [
    [ownFacts.interval, facts.interval],
    [ownFacts.snapshot, facts.view?.snapshot ?? Number.NaN],
    ...statusMetrics.map((metric) => [metric, metric.value(facts.status)] as const),
  ] as const
  for (const [metric, value] of single) {
    if (!wants(metric.name)) continue
    exposition.begin(metric)
    exposition.value(value)
  }
  if (wants(ownFacts.source.name)) renderSources(exposition, facts)
  const dispatchers = Object.entries((facts.status['dispatchers'] ?? {}) as Readonly<Record<string, Status>>)
  for (const metric of dispatcherMetrics) if (wants(metric.name)) renderDispatchers(exposition, metric, dispatchers)
  renderTable(exposition, facts, wants)
}

/** Those that were asked, whether they answered or not; a socket that nobody listens on is none. */
function renderSources(exposition: Exposition, { view }: Facts): void {
  exposition.begin(ownFacts.source)
  const asked = view?.pull?.sources.filter(({ result }) => result === 'answered' || result === 'failed') ?? []
  const names = shownNames(asked.map(({ name }) => name))
  asked.forEach(({ result }, index) => {
    exposition.sample(labelBlock([['source', names[index] as string]]), plain, result === 'answered' ? 1 : 0)
  })
}

function renderDispatchers(
  exposition: Exposition,
  metric: StatusMetric,
  dispatchers: readonly (readonly [string, Status])[],
): void {
  exposition.begin(metric)
  for (const [name, status] of dispatchers) {
    exposition.sample(labelBlock([['dispatcher', name]]), plain, metric.value(status))
  }
}

function renderTable(exposition: Exposition, { view }: Facts, wants: (name: string) => boolean): void {
  const table = view?.tables.find(({ kind }) => kind === 'own')
  if (table === undefined) return
  for (const { of, name, help } of ownMetrics) {
    if (!wants(name)) continue
    exposition.begin({ name, type: 'gauge', help })
    exposition.value(table.values[table.fields.indexOf(of)] ?? Number.NaN)
  }
}
