import type { Merge, Nature } from './field.ts'

/** What HAProxy itself says of one of its fields, in the tags of `show stat typed`. */
export interface LearntField {
  readonly name: string
  readonly nature: Nature | undefined
  readonly text: boolean
}

/** Second letter of the tags. */
const natures: Readonly<Record<string, Nature>> = {
  G: 'gauge',
  L: 'limit',
  m: 'min',
  M: 'max',
  R: 'rate',
  C: 'counter',
  D: 'duration',
  A: 'age',
  T: 'time',
  N: 'name',
  O: 'output',
  a: 'average',
}

/**
 * How a field of unknown meaning merges by its nature alone. Peaks of gauges and rates are declared like the longest of a
 * time; without knowing which, what is made of peaks is an upper bound of both.
 */
const mergeByNature: Readonly<Record<Nature, Merge>> = {
  gauge: 'sum',
  limit: 'limit',
  min: 'min',
  max: 'peak',
  rate: 'sum',
  counter: 'sum',
  duration: 'max',
  age: 'min-age',
  time: 'none',
  name: 'first',
  output: 'first',
  average: 'mean',
}

const line = /^[FBLS]\.\d+\.\d+\.\d+\.([^:]+)\.\d+:([A-Za-z])([A-Za-z])[A-Za-z]{1,2}:(s32|u32|s64|u64|str|flt):/

/**
 * The fields that occur in an answer to `show stat … typed` (HAProxy 1.7 and newer), each once. Lines that are not of its
 * form go on a text value with a line feed in it, or belong to an older release, and tell nothing.
 */
export function learnFields(answer: string): Map<string, LearntField> {
  const learnt = new Map<string, LearntField>()
  for (const text of answer.split('\n')) {
    const [, name, origin, nature = '', type] = line.exec(text) ?? []
    if (name === undefined || learnt.has(name)) continue
    const key = origin === 'K' || natures[nature] === undefined
    learnt.set(name, { name, nature: key ? undefined : natures[nature], text: type === 'str' })
  }
  return learnt
}

/** How to merge a learnt field; `none` for keys, texts and points in time. */
export function mergeOfLearnt({ nature, text }: LearntField): Merge {
  return nature === undefined || text ? 'none' : mergeByNature[nature]
}
