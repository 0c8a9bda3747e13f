import { describe, expect, it } from 'vitest'
import { tableKinds } from '../types/table.ts'
import { type Making, ownMetrics, ownTable } from './own-metrics.ts'

const making: Making = {
  seconds: { haproxy: 0.1, frontends: 0.2, backends: 0.3, servers: 0.4, all: 1.23456789, total: 2 },
  datapoints: {
    daemon: 1,
    process: 2,
    frontend: 4,
    backend: 8,
    server: 16,
    'aggregated-server': 32,
    own: 64,
  },
  processes: 2,
  processesFailed: 0,
  serversSkipped: Number.NaN,
  serversDropped: 3,
}

describe('own metrics', () => {
  it('have each name once, fit for a path', () => {
    const names = ownMetrics.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[A-Za-z]+$/)
  })

  it('say what they are', () => {
    for (const { summary, unit } of ownMetrics) {
      expect(summary).toMatch(/^[A-Z].*\.$/)
      expect(unit).toMatch(/^(seconds|count)$/)
    }
  })

  it('have the names and the meaning of haproxystats 0.5.2', () => {
    const { fields, values } = ownTable(making)
    const found = Object.fromEntries(fields.map((field, index) => [field, values[index]]))
    expect(found).toMatchObject({
      WallClockTimeHAProxy: 0.1,
      WallClockTimeFrontends: 0.2,
      WallClockTimeBackends: 0.3,
      WallClockTimeServers: 0.4,
      WallClockTimeAllStats: 1.234568,
      TotalWallClockTime: 2,
      MetricsHAProxy: 3,
      MetricsFrontend: 4,
      MetricsBackend: 8,
      MetricsServer: 48,
    })
  })

  it('are one row, without those whose option is not set', () => {
    const { kind, objects, fields, values, wide } = ownTable(making)
    expect(tableKinds).toContain(kind)
    expect(objects).toEqual([{ path: 'haproxystats' }])
    expect(values).toHaveLength(fields.length)
    expect(fields.filter((_, index) => Number.isNaN(values[index]))).toEqual(['ServersSkipped'])
    expect(wide.size).toBe(0)
  })
})
