import { type Field, infoFields, moduleFields, type StatField, statFields } from '@haproxystats/haproxy'
import { backendMetrics } from './aggregate/backend-metrics.ts'
import type { Column, ColumnMerge } from './aggregate/column.ts'
import { rowMetrics } from './aggregate/derived/row-metrics.ts'
import { spreadMetrics } from './aggregate/derived/spread-metrics.ts'
import { objectKinds } from './aggregate/kinds.ts'
import { defaultLists } from './aggregate/metric-lists.ts'
import { accountMetrics, dispatcherMetrics, graphiteMetrics, snapshotMetrics } from './aggregate/own-metrics.ts'
import { type ChosenKind, planOf, selectableFields } from './aggregate/plan.ts'
import { explainingFields } from './aggregate/stat-columns.ts'
import { variants } from './aggregate/variants.ts'
import { code, table } from './http/metrics/manual.ts'

const inGraphite = 'over processes, in Graphite'
const served = 'over processes, served'

const merges: Readonly<Record<ColumnMerge, string>> = {
  sum: 'sum',
  peak: 'sum over processes that are not stopping; the value of one that is when that is larger',
  limit: 'sum over processes that are not stopping',
  'limit-unless-zero': 'sum over processes that are not stopping; 0, no limit, when one has none',
  'limit-unless-empty': 'sum over processes that are not stopping; absent when one has no limit',
  mean: 'mean over processes that are not stopping',
  'mean-with-traffic': 'mean over processes in which the object had sessions',
  'weighted-mean': 'mean over processes that are not stopping, weighted',
  max: 'largest',
  min: 'smallest',
  'min-age': 'smallest; -1, never, only when it is so everywhere',
  first: 'of the first process that is not stopping',
  distinct: 'text, not sent',
  key: 'names the row, not sent',
  none: 'makes no sense over processes, not sent',
}

/** The tables of metrics for the README, made from what the program itself works by. */
export function renderMetrics(): string {
  return [
    '## Fields of `show stat`',
    'F, B and S are frontends, backends and servers, bold where the field is in their default list. Two columns say how the values of several processes become one: those in Graphite and local-store, where the default lists have the arithmetic of haproxystats 0.5.2 and an empty cell counts as 0; and those that `[http]` serves as page, CSV, API and `/metrics`, where means are whole, as HAProxy prints them.',
    table(
      ['metric', 'of', 'unit', inGraphite, served, 'since HAProxy'],
      statFields.filter(isSent).map((field) => statRow(field)),
    ),
    '## Fields of modules',
    'HAProxy 2.3 and newer, depending on how it was built. All are sums over processes, and in no default list.',
    table(
      ['metric', 'of', 'unit', 'since HAProxy'],
      moduleFields
        .filter(isSent)
        .map((field: StatField) => [code(field.name), letters(kindsOf(field.name)), field.unit, release(field)]),
    ),
    '## Other merges of the same fields',
    'In no default list. Right over processes where haproxystats 0.5.2 was not, or another view of a field.',
    table(
      ['metric', 'of', 'unit', 'what'],
      variants.map(({ name, kinds, unit, summary }) => [code(name), letters(kinds), unit, summary]),
    ),
    '## Lines of `show info`',
    'Metrics of the daemon and, with `per-process-metrics`, of every process; bold ones are in the default list.',
    table(
      ['metric', 'unit', inGraphite, served, 'since HAProxy'],
      infoFields.filter(({ name }) => selectableFields('daemon').includes(name)).map(infoRow),
    ),
    '## Derived metrics',
    table(['metric', 'of', 'unit', 'what'], derivedRows()),
    '## haproxystats itself',
    table(
      ['metric', 'unit', 'what'],
      ownMetrics().map(({ name, unit, summary }) => [code(name), unit, summary]),
    ),
  ].join('\n\n')
}

/** What each metric of haproxystats itself asks of an operator, for the README. */
export function renderAdvice(): string {
  return table(
    ['metric below `haproxystats.`', 'what to do about it'],
    ownMetrics().map(({ name, advice }) => [code(name), advice]),
  )
}

/** The metrics of haproxystats itself in Graphite. */
function ownMetrics() {
  const ofDispatchers = graphiteMetrics(dispatcherMetrics).map((metric) => {
    return { ...metric, name: `dispatcher.<name>.${metric.name}` }
  })
  return [...snapshotMetrics, ...accountMetrics, ...ofDispatchers]
}

function derivedRows(): string[][] {
  const ofRow = rowMetrics.map(({ name, unit, summary, percentage }) => {
    return [code(name), 'daemon, process', unit, percentage ? `${summary} With \`calculate-percentages\`.` : summary]
  })
  const spread = spreadMetrics.map(({ name, unit, summary }) => [code(name), 'daemon', unit, summary])
  const reload = [code('SecondsSinceReload'), 'daemon', 'seconds', 'The time since the newest process was started.']
  const ofBackend = backendMetrics(true).map(({ name, unit, summary, state }) => {
    return [code(name), 'backend', unit, state ? `${summary} With \`server-state-metrics\`.` : summary]
  })
  return [...ofRow, ...spread, reload, ...ofBackend]
}

function isSent({ name }: Field): boolean {
  return kindsOf(name).length > 0
}

/** The kinds of objects that have a field, but for the daemon. */
function kindsOf(name: string): (typeof objectKinds)[number][] {
  return objectKinds.filter((kind) => selectableFields(kind).includes(name))
}

function letters(kinds: readonly string[]): string {
  return kinds.map((kind) => kind.charAt(0).toUpperCase()).join(' ')
}

function statRow(field: StatField): string[] {
  const { name, unit } = field
  const kinds = kindsOf(name)
  const of = kinds.map((kind) => (isListed(kind, name) ? `**${letters([kind])}**` : letters([kind])))
  return [code(name), of.join(' '), unit, mergeOfKinds(kinds, name), servedText(field), release(field)]
}

function infoRow(field: Field): string[] {
  const name = isListed('daemon', field.name) ? `**${code(field.name)}**` : code(field.name)
  return [name, field.unit, mergeText(columnOf('daemon', field.name)), servedText(field), release(field)]
}

/** How Graphite gets a field: once when it is the same for all kinds of objects, else by their letters. */
function mergeOfKinds(kinds: readonly ChosenKind[], name: string): string {
  const texts = new Map<string, ChosenKind[]>()
  for (const kind of kinds) {
    const text = mergeText(columnOf(kind, name))
    texts.set(text, [...(texts.get(text) ?? []), kind])
  }
  if (texts.size === 1) return [...texts.keys()].join()
  return [...texts].map(([text, some]) => `${letters(some)}: ${text}`).join('; ')
}

function columnOf(kind: ChosenKind, name: string): Column {
  return planOf({ [`${kind}-metrics`]: [name] })[kind][0] as Column
}

function servedText(field: Field): string {
  return explainingFields.has(field.name) ? 'of the process whose status is shown' : mergeText(field)
}

/** How values of several processes become one, in words. */
export function mergeText({ merge, weight }: Pick<Column, 'merge' | 'weight'>): string {
  return weight !== undefined && merge === 'weighted-mean'
    ? `${merges[merge]} by \`${weight}\`; plain without any`
    : merges[merge]
}

function isListed(kind: ChosenKind, name: string): boolean {
  return defaultLists[kind].some((listed) => listed.name === name)
}

function release({ since, until }: Field): string {
  return until === undefined ? since : `${since} to ${until}`
}
