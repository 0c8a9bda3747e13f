/** What a row of a table stands for. Made once for each object a worker ever sees, so it can be a key of caches. */
export interface ObjectName {
  /** Sanitised path below `haproxy.`: `frontend.www`, `backend.app.server.app1`, `daemon`. */
  readonly path: string
  /** What decides its group: the section of patterns and the sanitised name they are matched against. */
  readonly group?: { readonly section: GroupSection; readonly name: string }
}

export type GroupSection = 'frontend-groups' | 'backend-groups' | 'server-groups'

/** The kinds of objects, in the order in which their datapoints are sent. */
export const tableKinds = ['daemon', 'process', 'frontend', 'backend', 'server', 'aggregated-server', 'own'] as const
export type TableKind = (typeof tableKinds)[number]

/** All objects of one kind, merged over processes. */
export interface Table {
  readonly kind: TableKind
  /** A row each. */
  readonly objects: readonly ObjectName[]
  /** A column each: names of fields and derived metrics; a dot makes a level of the path. */
  readonly fields: readonly string[]
  /** Rows × fields, row after row; NaN is absent. */
  readonly values: Float64Array
  /** Whole numbers beyond 2^53, by index into `values`, which holds the nearest double there. */
  readonly bigIntegers: ReadonlyMap<number, bigint>
}
