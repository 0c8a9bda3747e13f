import { type Field, infoFields, type StatField, statFields } from '@haproxystats/haproxy/read'
import type { RowKind } from '../live/view.ts'
import { type BandKind, bandKinds, historyFields } from '../trend/history-fields.ts'
import { apiRoute } from './api.ts'

export const fieldsRoute = apiRoute({
  name: 'fields',
  summary:
    'What is known of every field: unit, nature, how it is merged, kinds of rows, first release, and of which kinds there is a history.',
  parameters: [],
  perSnapshot: true,
  body: () => {
    const processes: readonly BandKind[] = ['daemon', 'process']
    const ofStat = statFields.map((field) => printed(field, kindsOf(field)))
    const ofInfo = infoFields.map((field) => printed(field, processes))
    return [...ofStat, ...ofInfo, ...madeHere()]
  },
})

const kindOfLetter: Readonly<Record<string, RowKind>> = { F: 'frontend', B: 'backend', S: 'server', L: 'listener' }

function kindsOf({ objects }: StatField): RowKind[] {
  return [...objects].flatMap((letter) => kindOfLetter[letter] ?? [])
}

function printed(field: Field, kinds: readonly BandKind[]) {
  const { name, unit, nature, merge, since, reason } = field
  return { name, unit, nature, merge, kinds, since, summary: reason ?? null, history: historyOf(name, kinds) }
}

/** Of which of these kinds there are series. */
function historyOf(name: string, kinds: readonly BandKind[]): BandKind[] {
  return kinds.filter((kind) => historyFields[kind].some((field) => field.name === name))
}

/** What HAProxy does not report: rates of counters, and what is derived. */
function madeHere() {
  const reported = new Set<string>([...statFields, ...infoFields].map(({ name }) => name))
  const made = new Map(bandKinds.flatMap((kind) => historyFields[kind]).map((field) => [field.name, field] as const))
  return [...made.values()]
    .filter(({ name }) => !reported.has(name))
    .map(({ name, unit, source }) => ({
      name,
      unit,
      nature: 'rate',
      merge: 'none',
      kinds: historyOf(name, bandKinds),
      since: null,
      summary: summaryOf(name, 'counters' in source ? source.counters : []),
      history: historyOf(name, bandKinds),
    }))
}

function summaryOf(name: string, counters: readonly string[]): string {
  if (name === 'CpuUsagePct') return 'The share of time that the process was not idle.'
  const of =
    counters.length > 1 || name === 'errors/s'
      ? 'errors (ereq; econ and eresp of backends and servers)'
      : name.slice(0, -2)
  return `What ${of} grows by in a second, between the two newest snapshots.`
}
