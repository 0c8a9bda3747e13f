import type { Label } from './metric.ts'

/**
 * What the derived metrics of a process are called here. In percent, as `haproxy_process_idle_time_percent` of
 * HAProxy's exporter is, beside which they stand.
 */
export interface DerivedName {
  /** The name of the derived metric. */
  readonly of: string
  readonly name: string
  readonly help: string
  readonly label?: Label
}

export const derivedNames: readonly DerivedName[] = [
  {
    of: 'CpuUsagePct',
    name: 'haproxy_process_cpu_usage_percent',
    help: 'Percent of the last second with work; of several processes, their mean by threads.',
  },
  {
    of: 'ConnPercentage',
    name: 'haproxy_process_connections_used_percent',
    help: 'Open connections in whole percent of max_connections.',
  },
  {
    of: 'ConnRatePercentage',
    name: 'haproxy_process_connection_rate_used_percent',
    help: 'Connections of the last second in whole percent of limit_connection_rate; 0 without a limit.',
  },
  {
    of: 'SslRatePercentage',
    name: 'haproxy_process_ssl_rate_used_percent',
    help: 'TLS connections of the last second in whole percent of limit_ssl_rate; 0 without a limit.',
  },
  {
    of: 'SslConnPercentage',
    name: 'haproxy_process_ssl_connections_used_percent',
    help: 'Open TLS connections in whole percent of max_ssl_connections; 0 without a limit.',
  },
]

/** A label of its own instead of `quantile`, which only a summary may have. */
const percentile = (percent: number): DerivedName => ({
  of: `${percent}PercentileCpuUsagePct`,
  name: 'haproxy_process_cpu_usage_spread_percent',
  help: 'CPU usage that this share of the processes does not exceed; only of several processes.',
  label: ['percentile', String(percent)],
})

/** Metrics of one name stand side by side. */
export const spreadNames: readonly DerivedName[] = [
  ...[25, 50, 75, 95, 99].map(percentile),
  {
    of: 'StdCpuUsagePct',
    name: 'haproxy_process_cpu_usage_deviation_percent',
    help: 'Standard deviation of the CPU usage of the processes: how unevenly they are loaded; only of several.',
  },
]
