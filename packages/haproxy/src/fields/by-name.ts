import type { InfoField, StatField } from './field.ts'
import { infoFields } from './info-fields.ts'
import { moduleFields } from './module-fields.ts'
import { statFields } from './stat-fields.ts'

/** Columns of `show stat` by name, static ones and those of modules. */
export const statFieldByName: ReadonlyMap<string, StatField> = new Map(
  [...moduleFields, ...statFields].map((field) => [field.name, field]),
)

/** Lines of `show info` by name. */
export const infoFieldByName: ReadonlyMap<string, InfoField> = new Map(infoFields.map((field) => [field.name, field]))
