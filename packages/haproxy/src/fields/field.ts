/**
 * How the values that several processes report for one field become one value.
 *
 * - `sum`: added up.
 * - `peak`: added up over processes that are not stopping, as an upper bound; the largest of those that are stopping when that
 *   is larger, since theirs was at another time.
 * - `limit`: added up over processes that are not stopping, since each process enforces its own.
 * - `limit-unless-zero`: as `limit`, but 0 means unlimited: one 0 makes the whole 0.
 * - `limit-unless-empty`: as `limit`, but empty means unlimited: one empty cell makes the whole absent.
 * - `mean`: plain mean over processes that are not stopping.
 * - `weighted-mean`: mean over processes that are not stopping, weighted by the field `weight` of the same row. Values of weight
 *   0 count only when there are no others, and a process without that field weighs 1.
 * - `max`, `min`: the largest, the smallest; `min-age` too, but -1 means never and loses against any other.
 * - `first`: the same in every process; taken from the first that has it and is not stopping.
 * - `distinct`: text; every different value.
 * - `key`: names the row. `none`: makes no sense over processes.
 */
export type Merge =
  | 'sum'
  | 'peak'
  | 'limit'
  | 'limit-unless-zero'
  | 'limit-unless-empty'
  | 'mean'
  | 'weighted-mean'
  | 'max'
  | 'min'
  | 'min-age'
  | 'first'
  | 'distinct'
  | 'key'
  | 'none'

/** What HAProxy itself declares a value to be (`show stat typed`, second letter of the tags). */
export type Nature =
  | 'gauge'
  | 'limit'
  | 'min'
  | 'max'
  | 'rate'
  | 'counter'
  | 'duration'
  | 'age'
  | 'time'
  | 'name'
  | 'output'
  | 'average'

/** How HAProxy prints it (`show stat typed`). */
export type ValueType = 's32' | 'u32' | 's64' | 'u64' | 'str' | 'flt'

/** What is known of one field, from the sources of HAProxy 1.3.13 to 3.5-dev5 and the answers of running releases. */
export interface Field {
  readonly name: string
  /** The first release that prints it. */
  readonly since: string
  /** The last release that prints it; absent: the newest does. */
  readonly until?: string
  readonly type: ValueType
  readonly unit: string
  readonly nature: Nature
  readonly merge: Merge
  /** For `weighted-mean`: the field that weighs. */
  readonly weight?: string
  /** HAProxy's declared nature would mislead a merge that trusts it. */
  readonly misdeclared?: true
  /** Its tags in `show stat typed`, where they are not the usual ones of its nature (`tags.ts`). */
  readonly tags?: string
  /** Why it merges so, and what to know of its values. */
  readonly reason?: string
}

/** A column of `show stat`; `objects` has a letter for each kind of row that fills it: F, B, S, L (listener). */
export interface StatField extends Field {
  readonly objects: string
}

/** A line of `show info`. */
export type InfoField = Field

/** What few fields have. */
type More = Pick<Field, 'until' | 'weight' | 'misdeclared' | 'reason' | 'tags'>

/** Behind the release; a row that ends there is of a counter: `u64`, `count`, `counter`, `sum`. */
type Meaning = [type?: ValueType, unit?: string, nature?: Nature, merge?: Merge, more?: More]
type InfoRow = readonly [name: string, since: string, ...meaning: Meaning]
type StatRow = readonly [name: string, objects: string, since: string, ...meaning: Meaning]

export function infoTable(rows: readonly InfoRow[]): readonly InfoField[] {
  return rows.map(([name, since, type = 'u64', unit = 'count', nature = 'counter', merge = 'sum', more]) => {
    return { name, since, type, unit, nature, merge, ...more }
  })
}

export function statTable(rows: readonly StatRow[]): readonly StatField[] {
  return rows.map(([name, objects, since, ...meaning]) => ({
    objects,
    ...(infoTable([[name, since, ...meaning]])[0] as Field),
  }))
}
