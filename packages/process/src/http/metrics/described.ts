import { type Info, infoInteger, infoNumber } from '@haproxystats/haproxy'
import type { View } from '../live/view.ts'
import type { Label } from './metric.ts'

/** What one `show info` says: that of all processes as one, or that of one of them, which then has a label. */
export interface Described {
  readonly labels: readonly Label[]
  /** NaN without such a line, or without a number in it. */
  numberOf(field: string): number | bigint
}

/** The line `description` as a label, where it is wanted and there is one. */
export function descriptionLabel(info: Info | undefined, wanted: boolean): readonly Label[] {
  const description = info?.get('description') ?? ''
  return wanted && description !== '' ? [['desc', description]] : []
}

/** All processes as one. Means of several are rounded where they are printed, so they are taken from the table of the daemon. */
export function describeAll({ info, tables }: View, descriptions: boolean): Described {
  const daemon = tables.find(({ kind }) => kind === 'daemon')
  const inTable = (field: string): number | bigint => {
    const column = daemon?.fields.indexOf(field) ?? -1
    return daemon?.bigIntegers.get(column) ?? daemon?.values[column] ?? Number.NaN
  }
  return {
    labels: descriptionLabel(info, descriptions),
    numberOf: (field) => {
      const value = inTable(field)
      return Number.isNaN(value) ? numberIn(info, field) : value
    },
  }
}

/** Whether a process is one of those named; `*` names every one. */
export function isNamed(name: string, names: readonly string[]): boolean {
  return names.includes(name) || names.includes('*')
}

/** Each of those named, in the order of the view. */
export function describeEach({ sources }: View, names: readonly string[], descriptions: boolean): Described[] {
  return sources.flatMap(({ name, info }) => {
    if (info === undefined || !isNamed(name, names)) return []
    const labels = [['process', name] as const, ...descriptionLabel(info, descriptions)]
    return [{ labels, numberOf: (field: string) => numberIn(info, field) }]
  })
}

function numberIn(info: Info, field: string): number | bigint {
  return infoInteger(info, field) ?? infoNumber(info, field)
}
