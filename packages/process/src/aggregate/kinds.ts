/** The kinds of rows of `show stat`. */
export const rowKinds = ['frontend', 'backend', 'server', 'listener'] as const
export type RowKind = (typeof rowKinds)[number]

/** Those that have metrics of their own in Graphite. */
export const objectKinds = ['frontend', 'backend', 'server'] as const
export type ObjectKind = (typeof objectKinds)[number]

/** By the column `type`. */
export const kindOfType: ReadonlyMap<string, RowKind> = new Map([
  ['0', 'frontend'],
  ['1', 'backend'],
  ['2', 'server'],
  ['3', 'listener'],
])
