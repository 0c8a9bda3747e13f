import { type RowMetric, rowMetric } from './derived.ts'

/** A whole share of a limit in percent; 0 without a limit, as in haproxystats 0.5.2. */
function share(current: number, limit: number): number {
  return limit > 0 ? Math.trunc((100 * current) / limit) : 0
}

/** Derived metrics of the daemon and of every process. */
export const rowMetrics: readonly RowMetric[] = [
  rowMetric({
    name: 'CpuUsagePct',
    summary:
      'The share of time that the process was not idle. Of the daemon only with one process; with more see the percentiles.',
    unit: 'percent',
    needs: ['Idle_pct'],
    example: { given: { Idle_pct: 93 }, value: 7 },
    compute: ({ Idle_pct }) => 100 - Idle_pct,
  }),
  rowMetric({
    name: 'ConnPercentage',
    summary: 'Open connections as a share of the limit.',
    unit: 'percent',
    percentage: true,
    needs: ['CurrConns', 'Maxconn'],
    example: { given: { CurrConns: 29, Maxconn: 800 }, value: 3 },
    compute: ({ CurrConns, Maxconn }) => share(CurrConns, Maxconn),
  }),
  rowMetric({
    name: 'ConnRatePercentage',
    summary: 'New connections a second as a share of the limit.',
    unit: 'percent',
    percentage: true,
    needs: ['ConnRate', 'ConnRateLimit'],
    example: { given: { ConnRate: 125, ConnRateLimit: 2000 }, value: 6 },
    compute: ({ ConnRate, ConnRateLimit }) => share(ConnRate, ConnRateLimit),
  }),
  rowMetric({
    name: 'SslRatePercentage',
    summary: 'New TLS sessions a second as a share of the limit.',
    unit: 'percent',
    percentage: true,
    needs: ['SslRate', 'SslRateLimit'],
    example: { given: { SslRate: 33, SslRateLimit: 100 }, value: 33 },
    compute: ({ SslRate, SslRateLimit }) => share(SslRate, SslRateLimit),
  }),
  rowMetric({
    name: 'SslConnPercentage',
    summary: 'Open TLS connections as a share of the limit.',
    unit: 'percent',
    percentage: true,
    needs: ['CurrSslConns', 'MaxSslConns'],
    example: { given: { CurrSslConns: 8, MaxSslConns: 0 }, value: 0 },
    compute: ({ CurrSslConns, MaxSslConns }) => share(CurrSslConns, MaxSslConns),
  }),
]
