import { type Info, infoInteger, infoNumber } from '@haproxystats/haproxy'
import type { RowMetric } from '../../aggregate/derived/derived.ts'
import { rowMetrics } from '../../aggregate/derived/row-metrics.ts'
import type { View } from '../live/view.ts'
import { derivedNames, spreadNames } from './derived-names.ts'
import { type Exposition, labelBlock, plain } from './exposition.ts'
import { type InfoMetric, infoMetrics, infoTexts } from './info-metrics.ts'
import type { Label, Metric } from './metric.ts'
import type { MetricsQuery } from './metrics-query.ts'

/** What one `show info` says: that of all processes as one, or that of one of them, which then has a label. */
interface Described {
  readonly labels: readonly Label[]
  /** NaN without such a line, or without a number in it. */
  numberOf(field: string): number | bigint
}

/** The line `description` as a label, where it is wanted and there is one. */
function descriptionLabel(info: Info | undefined, wanted: boolean): readonly Label[] {
  const description = info?.get('description') ?? ''
  return wanted && description !== '' ? [['desc', description]] : []
}

/**
 * All processes as one. Means of several are rounded where they are printed, so they are taken from the table of the
 * daemon.
 */
function describeAll({ info, tables }: View, descriptions: boolean): Described {
  const daemon = tables.find(({ kind }) => kind === 'daemon')
  const numberOf = (field: string): number | bigint => {
    const column = daemon?.fields.indexOf(field) ?? -1
    const value = daemon?.bigIntegers.get(column) ?? daemon?.values[column] ?? Number.NaN
    return Number.isNaN(value) ? numberIn(info, field) : value
  }
  return { labels: descriptionLabel(info, descriptions), numberOf }
}

/** Whether a process is one of those named; `*` names every one. */
function isNamed(name: string, names: readonly string[]): boolean {
  return names.includes(name) || names.includes('*')
}

/** Each of those named, in the order of the view. */
function describeEach({ sources }: View, names: readonly string[], descriptions: boolean): Described[] {
  return sources.flatMap(({ name, info }) => {
    if (info === undefined || !isNamed(name, names)) return []
    const labels = [['process', name] as const, ...descriptionLabel(info, descriptions)]
    return [{ labels, numberOf: (field: string) => numberIn(info, field) }]
  })
}

function numberIn(info: Info, field: string): number | bigint {
  return infoInteger(info, field) ?? infoNumber(info, field)
}

/** Writes `haproxy_process_*`: of all processes as one, or of each of those named, with a label. */
export function renderProcess(exposition: Exposition, view: View, query: MetricsQuery): void {
  const { wants, processes, descriptions } = query
  const all = describeAll(view, descriptions)
  const described = processes.length === 0 ? [all] : describeEach(view, processes, descriptions)
  const each = (metric: Metric, valueIn: (one: Described) => number | bigint) => {
    if (!wants(metric.name)) return
    exposition.begin(metric)
    for (const one of described) write(exposition, one.labels, valueIn(one))
  }
  for (const metric of infoMetrics) {
    const { type, help } = metric
    each({ name: `haproxy_process_${metric.name}`, type, help }, (one) => infoValue(metric, one))
  }
  for (const { of, name, help } of derivedNames) {
    const metric = rowMetrics.find((candidate) => candidate.name === of) as RowMetric
    each({ name, type: 'gauge', help }, (one) => derive(metric, one))
  }
  if (processes.length === 0) renderSpread(exposition, view, all.labels, wants)
  renderTexts(exposition, view, query)
}

function write(exposition: Exposition, labels: readonly Label[], value: number | bigint): void {
  if (labels.length === 0) exposition.value(value)
  else exposition.sample(labelBlock(labels), plain, value)
}

/** Whole numbers beyond 2^53 keep every digit; there are none of those that are converted. */
function infoValue({ field, times = 1, divide = 1, otherwise }: InfoMetric, { numberOf }: Described): number | bigint {
  const value = numberOf(field)
  if (Number.isNaN(value) && otherwise !== undefined) return Number(numberOf(otherwise[0])) * otherwise[1]
  return typeof value === 'bigint' ? value : (value * times) / divide
}

function derive({ needs, compute }: RowMetric, { numberOf }: Described): number {
  const given = Object.fromEntries(needs.map((field) => [field, Number(numberOf(field))]))
  return Object.values(given).some(Number.isNaN) ? Number.NaN : compute(given)
}

/** How far the processes are apart; nothing of one process alone. */
function renderSpread(
  exposition: Exposition,
  view: View,
  labels: readonly Label[],
  wants: (name: string) => boolean,
): void {
  const daemon = view.tables.find(({ kind }) => kind === 'daemon')
  let begun = ''
  for (const { of, name, help, label } of spreadNames) {
    if (daemon === undefined || !wants(name)) continue
    if (begun !== name) exposition.begin({ name, type: 'gauge', help })
    begun = name
    const value = daemon.values[daemon.fields.indexOf(of)] ?? Number.NaN
    write(exposition, label === undefined ? labels : [label, ...labels], value)
  }
}

/** A sample for each different text, so that an upgrade of one process after the other can be watched. */
function renderTexts(
  exposition: Exposition,
  { sources }: View,
  { wants, processes, descriptions }: MetricsQuery,
): void {
  for (const { field, name: short, label, help } of infoTexts) {
    const name = `haproxy_process_${short}`
    if (!wants(name)) continue
    const blocks = sources.flatMap(({ name: source, info }) => {
      const text = info?.get(field) ?? ''
      if (text === '' || (processes.length > 0 && !isNamed(source, processes))) return []
      const of: readonly Label[] = processes.length === 0 ? [] : [['process', source]]
      const more = field === 'description' ? [] : descriptionLabel(info, descriptions)
      return [labelBlock([...of, [label, text], ...more]).toString()]
    })
    exposition.begin({ name, type: 'gauge', help })
    for (const block of new Set(blocks)) exposition.sample(Buffer.from(block), plain, 1)
  }
}
