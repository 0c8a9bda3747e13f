import type { InfoField, StatField } from './field.ts'
import { infoFields } from './info-fields.ts'
import { moduleFields } from './module-fields.ts'
import { statFields } from './stat-fields.ts'

export type { Field, InfoField, Merge, Nature, StatField, ValueType } from './field.ts'
export { infoFields } from './info-fields.ts'
export { type LearntField, learnFields, mergeOfLearnt } from './learn.ts'
export { moduleFields } from './module-fields.ts'
export { statFields } from './stat-fields.ts'
export { infoTags, statTags, wordsOfTags } from './tags.ts'

/** Columns of `show stat` by name, static ones and those of modules. */
export const statFieldByName: ReadonlyMap<string, StatField> = new Map(
  [...moduleFields, ...statFields].map((field) => [field.name, field]),
)

/** Lines of `show info` by name. */
export const infoFieldByName: ReadonlyMap<string, InfoField> = new Map(infoFields.map((field) => [field.name, field]))
