import { type Configuration, StatsError } from '@haproxystats/core'
import {
  type Field,
  infoFieldByName,
  moduleFields,
  type StatField,
  statFieldByName,
  statFields,
} from '@haproxystats/haproxy'
import type { Column } from './accumulator.ts'
import { defaultLists, type ListedField } from './metric-lists.ts'

export const objectKinds = ['frontend', 'backend', 'server'] as const
export type ObjectKind = (typeof objectKinds)[number]

/** The columns of every table that is merged over processes. */
export type Plan = Readonly<Record<ObjectKind | 'daemon', readonly Column[]>>

const letter = { frontend: 'F', backend: 'B', server: 'S' } as const
const noNumber: ReadonlySet<string> = new Set(['key', 'none', 'distinct'])

/** Whether objects of a kind can send a field: it is a number and makes sense over processes. */
function canSend(field: StatField, kind: ObjectKind): boolean {
  return field.objects.includes(letter[kind]) && field.type !== 'str' && !noNumber.has(field.merge)
}

/** The names that `frontend-metrics`, `backend-metrics` or `server-metrics` may list, beside `all`. */
export function selectableFields(kind: ObjectKind): string[] {
  const listed = defaultLists[kind].map(({ name }) => name)
  const known = [...statFields, ...moduleFields].filter((field) => canSend(field, kind)).map(({ name }) => name)
  return [...new Set<string>([...known, ...listed])]
}

/**
 * Turns the configured metrics into columns: exactly the listed ones, or the default lists of haproxystats 0.5.2.
 *
 * @throws CONFIGURATION for a name that no objects of the kind have.
 */
export function planOf(settings: Configuration['process']): Plan {
  const chosen = (kind: ObjectKind): Column[] => {
    const names = settings[`${kind}-metrics`]
    if (names === undefined) return defaultLists[kind].map((listed) => listedColumn(listed))
    const all = names.includes('all') ? selectableFields(kind) : []
    return [...new Set([...all, ...names.filter((name) => name !== 'all')])].map((name) => chosenColumn(kind, name))
  }
  return {
    daemon: defaultLists.daemon.map(daemonColumn),
    frontend: chosen('frontend'),
    backend: chosen('backend'),
    server: chosen('server'),
  }
}

function chosenColumn(kind: ObjectKind, name: string): Column {
  const listed = defaultLists[kind].find((candidate) => candidate.name === name)
  if (listed !== undefined) return listedColumn(listed)
  const field = statFieldByName.get(name)
  if (field === undefined || !canSend(field, kind)) {
    throw new StatsError('CONFIGURATION', `${kind}-metrics: ${name} is not a field of ${kind}s that can be sent`)
  }
  return fieldColumn(field)
}

function fieldColumn(field: Field): Column {
  const { name, merge, weight, nature } = field
  return { field: name, merge, emptyIsZero: false, counter: nature === 'counter', ...(weight && { weight }) }
}

function listedColumn({ name, merge }: ListedField): Column {
  const counter = statFieldByName.get(name)?.nature === 'counter'
  if (merge === 'mean-with-traffic') return { field: name, merge, weight: 'stot', emptyIsZero: false, counter }
  return { field: name, merge, emptyIsZero: true, counter }
}

/** A line that a process does not print is absent, not 0: it may have been built without. */
function daemonColumn({ name, merge }: ListedField): Column {
  return { field: name, merge, emptyIsZero: false, counter: infoFieldByName.get(name)?.nature === 'counter' }
}
