import { describe, expect, it } from 'vitest'
import { tableKinds } from '../types/table.ts'
import {
  accountMetrics,
  dispatcherMetrics,
  graphiteMetrics,
  type Making,
  ownTable,
  snapshotMetrics,
} from './own-metrics.ts'

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
  processesWithInfo: 1,
  pull: undefined,
}

describe('own metrics', () => {
  it('have each name once, fit for a path', () => {
    for (const metrics of [snapshotMetrics, accountMetrics, graphiteMetrics(dispatcherMetrics)]) {
      const names = metrics.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      for (const name of names) expect(name).toMatch(/^(pull\.)?[A-Za-z]+$/)
    }
  })

  it('say what they are', () => {
    for (const { summary, unit } of snapshotMetrics) {
      expect(summary).toMatch(/^[A-Z].*\.$/)
      expect(unit).toMatch(/^(seconds|count|bytes|boolean)$/)
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
    const { kind, objects, fields, values, bigIntegers } = ownTable(making)
    expect(tableKinds).toContain(kind)
    expect(objects).toEqual([{ path: 'haproxystats' }])
    expect(values).toHaveLength(fields.length)
    const absent = fields.filter((_, index) => Number.isNaN(values[index]))
    expect(absent.filter((name) => !name.startsWith('pull.'))).toEqual(['ServersSkipped'])
    expect(bigIntegers.size).toBe(0)
  })

  it('are made of the report of haproxystats-pull', () => {
    const source = { name: 'a', source: 'unix:///a', result: 'answered', seconds: 0.1, bytes: 10, retries: 0 } as const
    const slow = { ...source, result: 'failed', seconds: 1.5, bytes: 0, retries: 2 } as const
    const pull = { seconds: 1.6, complete: false, sources: [source, slow, source] }
    const { fields, values } = ownTable({ ...making, processesFailed: 1, pull })
    expect(Object.fromEntries(fields.map((field, index) => [field, values[index]]))).toMatchObject({
      Processes: 2,
      ProcessesWithInfo: 1,
      ProcessesFailed: 1,
      Complete: 0,
      'pull.WallClockTime': 1.6,
      'pull.SlowestSource': 1.5,
      'pull.Bytes': 20,
      'pull.Retries': 2,
    })
  })

  it.each([
    ['without a report', undefined, 0, 1],
    ['without a report and with an answer missing', undefined, 1, 0],
    ['complete', true, 0, 1],
    ['with a directory that could not be read', false, 0, 0],
  ])('call a snapshot complete, or not: %s', (_, complete, processesFailed, value) => {
    const pull = complete === undefined ? undefined : { seconds: 1, complete, sources: [] }
    const { fields, values } = ownTable({ ...making, processesFailed, pull })
    expect(values[fields.indexOf('Complete')]).toBe(value)
  })
})
