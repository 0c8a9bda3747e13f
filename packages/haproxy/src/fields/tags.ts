/**
 * Tags are what HAProxy says of a field in `show stat typed`: origin, nature and scope, a letter each, as in the newest release.
 * The fourth letter of 3.3 and newer is left out.
 */
import { infoFieldByName, statFieldByName } from './by-name.ts'
import type { Field, Merge, Nature } from './field.ts'

/**
 * The usual tags of a field of each nature, the word for the nature in `show stat json`, and how a field of unknown meaning
 * merges by its nature alone. Peaks of gauges and rates are declared like the longest of a time; without knowing which, the
 * merge of peaks is an upper bound of both.
 */
const natures: Readonly<Record<Nature, readonly [tags: string, word: string, merge: Merge]>> = {
  gauge: ['MGP', 'Gauge', 'sum'],
  limit: ['CLP', 'Limit', 'limit'],
  min: ['MmP', 'Min', 'min'],
  max: ['MMP', 'Max', 'peak'],
  rate: ['MRP', 'Rate', 'sum'],
  counter: ['MCP', 'Counter', 'sum'],
  duration: ['MDP', 'Duration', 'max'],
  age: ['MAP', 'Age', 'min-age'],
  time: ['MTP', 'Time', 'none'],
  name: ['KNS', 'Name', 'first'],
  output: ['MOP', 'Output', 'first'],
  average: ['MaP', 'Avg', 'mean'],
}

const byLetter = new Map(Object.entries(natures).map(([nature, [tags]]) => [tags.charAt(1), nature as Nature]))

/** Where HAProxy says something else of a kind of row (F, B, S, L). */
const exceptions: Readonly<Record<string, string>> = { 'S.act': 'SGP', 'S.bck': 'SGP', 'B.rate_max': 'MGP' }

/** The tags of a column for a kind of row, which is F, B, S or L; those of a counter when it is not known. */
export function statTags(name: string, object: string): string {
  return exceptions[`${object}.${name}`] ?? tagsOf(statFieldByName.get(name)) ?? natures.counter[0]
}

/** The tags of a line of `show info`; those of a gauge when it is not known. */
export function infoTags(name: string): string {
  return tagsOf(infoFieldByName.get(name)) ?? natures.gauge[0]
}

function tagsOf(field: Field | undefined): string | undefined {
  return field && (field.tags ?? natures[field.nature][0])
}

const origins: Readonly<Record<string, string>> = { M: 'Metric', S: 'Status', K: 'Key', C: 'Config', P: 'Product' }
const scopes: Readonly<Record<string, string>> = { P: 'Process', S: 'Service', s: 'System', C: 'Cluster' }

/** Tags as words, as HAProxy has them in `show stat json`. */
export function wordsOfTags(tags: string): { origin: string; nature: string; scope: string } {
  const [origin = '', letter = '', scope = ''] = tags
  const nature = byLetter.get(letter)
  return {
    origin: origins[origin] ?? 'Unknown',
    nature: nature === undefined ? 'Unknown' : natures[nature][1],
    scope: scopes[scope] ?? 'Unknown',
  }
}

/** A field as its tags in an answer describe it; a key has no nature. */
export interface LearntField {
  readonly name: string
  readonly nature: Nature | undefined
  readonly text: boolean
}

const line = /^[FBLS]\.\d+\.\d+\.\d+\.([^:]+)\.\d+:([A-Za-z])([A-Za-z])[A-Za-z]{1,2}:(s32|u32|s64|u64|str|flt):/

/**
 * The fields that occur in an answer to `show stat … typed` (HAProxy 1.7 and newer), each once. Lines of another form continue a
 * text value with a line feed in it, or belong to an older release; they are skipped.
 */
export function learnFields(answer: string): Map<string, LearntField> {
  const learnt = new Map<string, LearntField>()
  for (const text of answer.split('\n')) {
    const [, name, origin, letter = '', type] = line.exec(text) ?? []
    if (name === undefined || learnt.has(name)) continue
    learnt.set(name, { name, nature: origin === 'K' ? undefined : byLetter.get(letter), text: type === 'str' })
  }
  return learnt
}

/** How to merge a learnt field; `none` for keys, texts and points in time. */
export function mergeOfLearnt({ nature, text }: LearntField): Merge {
  return nature === undefined || text ? 'none' : natures[nature][2]
}
