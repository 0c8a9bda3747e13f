/** A metric that HAProxy does not report, computed from fields of the same row. */
export interface RowMetric {
  readonly name: string
  readonly summary: string
  readonly unit: string
  /** Only with `calculate-percentages`. */
  readonly percentage?: true
  /** Fields it is made of; when one is absent, so is the metric. */
  readonly needs: readonly string[]
  readonly example: { readonly given: Readonly<Record<string, number>>; readonly value: number }
  readonly compute: (given: Readonly<Record<string, number>>) => number
}

/** Gives `compute` and `example` exactly the fields in `needs`. */
export function rowMetric<const Need extends string>(metric: {
  name: string
  summary: string
  unit: string
  percentage?: true
  needs: readonly Need[]
  example: { given: Readonly<Record<NoInfer<Need>, number>>; value: number }
  compute: (given: Readonly<Record<NoInfer<Need>, number>>) => number
}): RowMetric {
  return metric as RowMetric
}

/** A metric computed from one value of every process. Only with more than one process. */
export interface SpreadMetric {
  readonly name: string
  readonly summary: string
  readonly unit: string
  /** The derived metric of a process that it is made of. */
  readonly of: string
  readonly example: { readonly given: readonly number[]; readonly value: number }
  readonly compute: (values: readonly number[]) => number
}
