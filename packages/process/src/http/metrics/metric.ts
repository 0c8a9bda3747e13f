/** `counter` and `gauge` as HAProxy's own exporter declares them, even where it errs: dashboards are made for that. */
export type MetricType = 'counter' | 'gauge'

/** What is said of a metric before its samples. */
export interface Metric {
  /** Whole: `haproxy_server_bytes_in_total`. */
  readonly name: string
  readonly type: MetricType
  readonly help: string
}

/** A label whose value never changes. */
export type Label = readonly [name: string, value: string]

/** Units that a name may end with; OpenMetrics wants them said too. */
const units = ['seconds', 'bytes', 'percent'] as const

/** The unit that a name ends with, before `_total`. */
export function unitOf(name: string): string | undefined {
  const family = name.replace(/_total$/, '')
  return units.find((unit) => family.endsWith(`_${unit}`))
}
