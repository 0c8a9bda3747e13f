import type { Configuration } from '@haproxystats/core'
import { StatsError } from '@haproxystats/core/snapshot'
import {
  type Field,
  infoFieldByName,
  infoFields,
  moduleFields,
  type StatField,
  statFieldByName,
  statFields,
} from '@haproxystats/haproxy/read'
import type { Column } from './column.ts'
import { type ObjectKind, objectKinds } from './kinds.ts'
import { defaultLists, type ListedField } from './metric-lists.ts'
import { variants } from './variants.ts'

/** The kinds whose metrics can be chosen. */
export const chosenKinds = ['daemon', ...objectKinds] as const
export type ChosenKind = (typeof chosenKinds)[number]

/** The columns of every table that is merged over processes. */
export type Plan = Readonly<Record<ChosenKind, readonly Column[]>>

/** Words that stand for a list of names. */
export const listWords = ['default', 'all'] as const

const letter = { frontend: 'F', backend: 'B', server: 'S' } as const
const noNumber: ReadonlySet<string> = new Set(['key', 'none', 'distinct'])

/** Whether a field is a number that makes sense over processes. */
function isSendable({ type, merge }: Field): boolean {
  return type !== 'str' && !noNumber.has(merge)
}

function canSend(field: StatField, kind: ObjectKind): boolean {
  return field.objects.includes(letter[kind]) && isSendable(field)
}

/** The fields that objects of a kind can send, by name. */
function fieldsOf(kind: ChosenKind): readonly Field[] {
  if (kind === 'daemon') return infoFields.filter(isSendable)
  return [...statFields, ...moduleFields].filter((field) => canSend(field, kind))
}

/** The names that `daemon-metrics`, `frontend-metrics`, … may list, beside `listWords`. */
export function selectableFields(kind: ChosenKind): string[] {
  const listed = defaultLists[kind].map(({ name }) => name)
  const known = fieldsOf(kind).map(({ name }) => name)
  const beside = variants.filter(({ kinds }) => (kinds as readonly ChosenKind[]).includes(kind)).map(({ name }) => name)
  return [...new Set<string>([...known, ...listed, ...beside])]
}

/**
 * Turns the configured metrics into columns: exactly the listed ones, or the default lists of haproxystats 0.5.2.
 *
 * @throws CONFIGURATION for a name that no objects of the kind have.
 */
export function planOf(settings: Partial<Configuration['process']>): Plan {
  const columns = (kind: ChosenKind) => {
    const names = settings[`${kind}-metrics`] ?? ['default']
    return [...new Set(names.flatMap((name) => namesOf(kind, name)))].map((name) => columnOf(kind, name))
  }
  return {
    daemon: columns('daemon'),
    frontend: columns('frontend'),
    backend: columns('backend'),
    server: columns('server'),
  }
}

/** Without a choice. */
export const defaultPlan: Plan = planOf({})

/** Whether all fields are wanted, also those that no table knows. */
export function wantsAll(settings: Configuration['process'], kind: ObjectKind): boolean {
  return settings[`${kind}-metrics`]?.includes('all') ?? false
}

function namesOf(kind: ChosenKind, name: string): readonly string[] {
  if (name === 'all') return selectableFields(kind)
  return name === 'default' ? defaultLists[kind].map((listed) => listed.name) : [name]
}

function columnOf(kind: ChosenKind, name: string): Column {
  const listed = defaultLists[kind].find((candidate) => candidate.name === name)
  if (listed !== undefined) return kind === 'daemon' ? daemonColumn(listed) : listedColumn(listed)
  if (!selectableFields(kind).includes(name)) {
    throw new StatsError('CONFIGURATION', `${kind}-metrics: ${name} is not a field of ${kind}s that can be sent`)
  }
  const variant = variants.find((candidate) => candidate.name === name)
  if (variant === undefined)
    return fieldColumn((kind === 'daemon' ? infoFieldByName : statFieldByName).get(name) as Field)
  const { field, merge, weight } = variant
  return { field: name, cell: field, merge, emptyIsZero: false, counter: false, ...(weight && { weight }) }
}

/** The column of a field, merged as the table of fields says. */
export function fieldColumn(field: Pick<Field, 'name' | 'merge' | 'weight' | 'nature' | 'misdeclared'>): Column {
  const { name, merge, weight, nature, misdeclared } = field
  const counter = nature === 'counter' && !misdeclared
  return { field: name, merge, emptyIsZero: false, counter, ...(weight && { weight }) }
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
