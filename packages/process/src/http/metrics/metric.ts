import type { PrometheusMetric } from '../../aggregate/own-metrics.ts'

/** What is said of a metric before its samples; its name is whole: `haproxy_server_bytes_in_total`. */
export type Metric = PrometheusMetric

/** `counter` and `gauge` as HAProxy's own exporter declares them, even where it errs: dashboards are made for that. */
export type MetricType = Metric['type']

/** A label whose value never changes. */
export type Label = readonly [name: string, value: string]

/** Units that a name may end with; OpenMetrics wants them said too. */
const units = ['seconds', 'bytes', 'percent'] as const

/** The unit that a name ends with, before `_total`. */
export function unitOf(name: string): string | undefined {
  const family = name.replace(/_total$/, '')
  return units.find((unit) => family.endsWith(`_${unit}`))
}
