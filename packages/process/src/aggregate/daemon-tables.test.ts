import { parseInfo } from '@haproxystats/haproxy'
import { describe, expect, it } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { releases } from '../../../../test/support/recorded.ts'
import { infoAnswer } from '../../../../test/support/stat-answer.ts'
import type { Table } from '../types/table.ts'
import { type DaemonSettings, daemonTables, isStopping, type Process } from './daemon-tables.ts'
import { planOf } from './plan.ts'

const { daemon: columns } = planOf(parseConfiguration('').process)
const plain: DaemonSettings = { percentages: false, perProcess: false }
const perProcess: DaemonSettings = { percentages: false, perProcess: true }

const processOf = (source: string, lines: Readonly<Record<string, string | number>>): Process => ({
  source,
  info: parseInfo(infoAnswer(lines)),
})

/** What a row sends, by metric; nothing for what is absent. */
function sent({ fields, values, objects }: Table, row = 0): Record<string, number> {
  expect(values).toHaveLength(fields.length * objects.length)
  const cells = fields.map((field, column) => [field, values[row * fields.length + column]!] as const)
  return Object.fromEntries(cells.filter(([, value]) => !Number.isNaN(value)))
}

const daemonOf = (processes: readonly Process[], settings = plain) =>
  sent(daemonTables(processes, columns, settings)[0]!)
const pathsOf = (processes: readonly Process[]) =>
  daemonTables(processes, columns, perProcess)[1]!.objects.map(({ path }) => path)

describe('the daemon', () => {
  it('is nothing without a process', () => expect(daemonTables([], columns, perProcess)).toEqual([]))

  it('of one process is what it reports, and its CPU usage', () => {
    const tables = daemonTables(
      [processOf('a', { Maxconn: 10, Idle_pct: 93, CumReq: 5, Version: '2.6' })],
      columns,
      plain,
    )
    expect(tables.map(({ kind, objects }) => [kind, objects])).toEqual([['daemon', [{ path: 'daemon' }]]])
    expect(sent(tables[0]!)).toEqual({ Maxconn: 10, Idle_pct: 93, CumReq: 5, CpuUsagePct: 7 })
  })

  it('of several processes sums and averages, and shows how CPU usage is spread', () => {
    const processes = [93, 91].map((Idle_pct, index) =>
      processOf(`s${index}`, { Maxconn: 10, Idle_pct, Uptime_sec: 10 + 4 * index, SslFrontendSessionReuse_pct: 60 }),
    )
    expect(daemonOf(processes)).toEqual({
      Maxconn: 20,
      Idle_pct: 92,
      Uptime_sec: 12,
      SecondsSinceReload: 10,
      SslFrontendSessionReuse_pct: 60,
      '25PercentileCpuUsagePct': 7,
      '50PercentileCpuUsagePct': 7,
      '75PercentileCpuUsagePct': 9,
      '95PercentileCpuUsagePct': 9,
      '99PercentileCpuUsagePct': 9,
      StdCpuUsagePct: Math.SQRT2,
    })
  })

  it('takes each line from those that print it', () => {
    const processes = [
      processOf('a', { Maxconn: 1, ZlibMemUsage: 5 }),
      processOf('b', { Maxconn: 2, Idle_pct: 90 }),
      processOf('c', { Idle_pct: 80, CumReq: 'many' }),
    ]
    expect(daemonOf(processes)).toMatchObject({
      Maxconn: 3,
      ZlibMemUsage: 5,
      Idle_pct: 85,
      StdCpuUsagePct: Math.sqrt(50),
    })
    expect(daemonOf(processes)).not.toHaveProperty('CumReq')
    expect(daemonOf(processes.slice(0, 2))).not.toHaveProperty('StdCpuUsagePct')
  })

  it('leaves processes that are stopping out of means', () => {
    const processes = [
      processOf('a', { Idle_pct: 50, CumReq: 5, Stopping: 0 }),
      processOf('b', { Idle_pct: 100, CumReq: 7, Stopping: 1 }),
    ]
    expect(daemonOf(processes)).toMatchObject({ Idle_pct: 50, CumReq: 12 })
  })

  it('has percentages only when they are asked for', () => {
    const processes = [1, 2].map((index) =>
      processOf(`s${index}`, { CurrConns: 10 * index, Maxconn: 100, ConnRate: 1, ConnRateLimit: 0, SslRate: 1 }),
    )
    expect(Object.keys(daemonOf(processes)).filter((name) => /Percentage$/.test(name))).toEqual([])
    const sentWith = daemonOf(processes, { percentages: true, perProcess: false })
    expect(sentWith).toMatchObject({ ConnPercentage: 15, ConnRatePercentage: 0 })
    expect(sentWith).not.toHaveProperty('SslRatePercentage')
  })

  it.each(releases)('of a process of $name has all its numbers', ({ name, info }) => {
    const found = daemonOf([{ source: name, info: parseInfo(info) }])
    const ssl = /Ssl|Zlib/
    const expected = columns.map(({ field }) => field).filter((field) => !ssl.test(field))
    expect(Object.keys(found).filter((field) => !ssl.test(field))).toEqual([
      ...expected,
      'SecondsSinceReload',
      'CpuUsagePct',
    ])
  })
})

describe('every process', () => {
  it('has a row of its own numbers', () => {
    const processes = [
      processOf('a', { Process_num: 1, Maxconn: 10, CurrConns: 5, Idle_pct: 93 }),
      processOf('b', { Process_num: 2, Maxconn: 20, Idle_pct: 91, Stopping: 1 }),
    ]
    const [, table] = daemonTables(processes, columns, { percentages: true, perProcess: true })
    expect(table!.kind).toBe('process')
    expect(table!.objects.map(({ path }) => path)).toEqual(['daemon.process.1', 'daemon.process.2'])
    expect(sent(table!, 0)).toEqual({ Maxconn: 10, CurrConns: 5, Idle_pct: 93, CpuUsagePct: 7, ConnPercentage: 50 })
    expect(sent(table!, 1)).toEqual({ Maxconn: 20, Idle_pct: 91, CpuUsagePct: 9 })
  })

  it('is named by its source where numbers do not tell them apart', () => {
    const processes = ['lb1.sock', 'lb2.sock'].map((source) => processOf(source, { Process_num: 1 }))
    expect(pathsOf(processes)).toEqual(['daemon.process.lb1_sock', 'daemon.process.lb2_sock'])
  })

  it('is named by its source where one has no number', () => {
    const processes = [processOf('a', { Process_num: 1 }), processOf('b', {})]
    expect(pathsOf(processes)).toEqual(['daemon.process.a', 'daemon.process.b'])
  })

  it('keeps its path apart from those of sources that look alike', () => {
    const processes = ['a.b', 'a_b', 'a b'].map((source) => processOf(source, {}))
    const paths = pathsOf(processes)
    expect(new Set(paths).size).toBe(3)
    expect(paths[1]).toBe('daemon.process.a_b')
    for (const path of paths) expect(path).toMatch(/^daemon\.process\.[A-Za-z0-9_:-]+$/)
    expect(pathsOf([...processes].reverse())).toEqual([...paths].reverse())
  })
})

describe('isStopping', () => {
  it.each([
    [{ Stopping: 1 }, true],
    [{ Stopping: 0 }, false],
    [{}, false],
    [{ Stopping: 'yes' }, false],
  ])('of %j is %s', (lines, stopping) => expect(isStopping(processOf('a', lines as never).info)).toBe(stopping))
})
