import { type Field, infoFields, moduleFields, type StatField, statFields } from '@haproxystats/haproxy'
import { accountMetrics, dispatcherMetrics } from './delivery/accounts.ts'
import { backendMetrics } from './pipeline/backend-metrics.ts'
import { rowMetrics } from './pipeline/derived/row-metrics.ts'
import { spreadMetrics } from './pipeline/derived/spread-metrics.ts'
import { type ColumnMerge, defaultLists } from './pipeline/metric-lists.ts'
import { ownMetrics } from './pipeline/own-metrics.ts'
import { type ChosenKind, objectKinds, selectableFields } from './pipeline/plan.ts'
import { variants } from './pipeline/variants.ts'

/** How values of several processes become one, in words. */
const merges: Readonly<Record<ColumnMerge, string>> = {
  sum: 'sum',
  peak: 'sum over processes that are not stopping, or the largest of one that is',
  limit: 'sum over processes that are not stopping',
  'limit-unless-zero': 'sum over processes that are not stopping; 0, no limit, when one has none',
  'limit-unless-empty': 'sum over processes that are not stopping; absent when one has no limit',
  mean: 'mean over processes that are not stopping',
  'mean-with-traffic': 'mean over processes in which the object had sessions',
  'weighted-mean': 'weighted mean over processes that are not stopping',
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
    'F, B and S are frontends, backends and servers; bold ones are in the default list.',
    table(
      ['metric', 'of', 'unit', 'over processes', 'since HAProxy'],
      statFields.filter(isSent).map((field) => statRow(field)),
    ),
    '## Fields of modules',
    'HAProxy 2.3 and newer, depending on how it was built. All are sums over processes, and in no default list.',
    table(
      ['metric', 'of', 'unit', 'since HAProxy'],
      moduleFields
        .filter(isSent)
        .map((field: StatField) => [code(field.name), kindsOf(field.name), field.unit, release(field)]),
    ),
    '## Other merges of the same fields',
    'In no default list. Right over processes where haproxystats 0.5.2 was not, or another view of a field.',
    table(
      ['metric', 'of', 'unit', 'what'],
      variants.map(({ name, kinds, unit, summary }) => [code(name), letters(kinds), unit, summary]),
    ),
    '## Lines of `show info`',
    'Metrics of the daemon and, with `per-process-metrics`, of every process; bold ones are in the default list.',
    table(['metric', 'unit', 'over processes', 'since HAProxy'], infoFields.filter(isSentOfDaemon).map(infoRow)),
    '## Derived metrics',
    table(['metric', 'of', 'unit', 'what'], derivedRows()),
    '## haproxystats itself',
    table(
      ['metric', 'unit', 'what'],
      [
        ...ownMetrics.map(({ name, unit, summary }) => [code(name), unit, summary]),
        ...accountMetrics.map(({ name, summary }) => [code(name), 'count', summary]),
        ...dispatcherMetrics.map(({ name, summary }) => [code(`dispatcher.<name>.${name}`), 'count', summary]),
      ],
    ),
  ].join('\n\n')
}

/** What each metric of haproxystats itself asks of an operator, for the README. */
export function renderAdvice(): string {
  const rows = [
    ...ownMetrics,
    ...accountMetrics,
    ...dispatcherMetrics.map((metric) => ({ ...metric, name: `dispatcher.<name>.${metric.name}` })),
  ]
  return table(
    ['metric below `haproxystats.`', 'what to do about it'],
    rows.map(({ name, advice }) => [code(name), advice]),
  )
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
  return kindsOf(name) !== ''
}

function isSentOfDaemon({ name }: Field): boolean {
  return selectableFields('daemon').includes(name)
}

function kindsOf(name: string): string {
  return letters(objectKinds.filter((kind) => selectableFields(kind).includes(name)))
}

function letters(kinds: readonly string[]): string {
  return kinds.map((kind) => kind.charAt(0).toUpperCase()).join(' ')
}

function statRow(field: StatField): string[] {
  const lists = objectKinds.filter((kind) => listedMerge(kind, field.name) !== undefined)
  const merge = lists.map((kind) => listedMerge(kind, field.name)).at(0) ?? field.merge
  const name = lists.length > 0 ? `**${code(field.name)}**` : code(field.name)
  return [name, kindsOf(field.name), field.unit, mergeText(merge, field), release(field)]
}

function infoRow(field: Field): string[] {
  const listed = listedMerge('daemon', field.name)
  const name = listed === undefined ? code(field.name) : `**${code(field.name)}**`
  return [name, field.unit, mergeText(listed ?? field.merge, field), release(field)]
}

function mergeText(merge: ColumnMerge, { weight }: Field): string {
  return merge === 'weighted-mean' ? `${merges[merge]}, by \`${weight}\`` : merges[merge]
}

function listedMerge(kind: ChosenKind, name: string): ColumnMerge | undefined {
  return defaultLists[kind].find((listed) => listed.name === name)?.merge
}

function release({ since, until }: Field): string {
  return until === undefined ? since : `${since} to ${until}`
}

function code(text: string): string {
  return `\`${text}\``
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}
