import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifestName, renderManifest, StatsError, sealOf } from '@haproxystats/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { goldenSnapshots, release, releases } from '../../../../test/support/recorded.ts'
import { infoAnswer, statAnswer } from '../../../../test/support/stat-answer.ts'
import { LineEncoder } from '../outputs/format/lines.ts'
import { linesEncoding } from '../outputs/format/paths.ts'
import { Pipeline } from './pipeline.ts'

const configuration = parseConfiguration(`[process]
aggr-server-metrics = true
per-process-metrics = true
calculate-percentages = true
[graphite]
prefix-hostname = false`)
const everything = parseConfiguration(`[process]
aggr-server-metrics = true
per-process-metrics = true
frontend-metrics = all
backend-metrics = all
server-metrics = all
[graphite]
prefix-hostname = false`)

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haproxystats-pipeline-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const put = (name: string, bytes: Uint8Array | string) => writeFileSync(join(directory, name), bytes)
const pipelineOf = (given = configuration) =>
  new Pipeline(given.process, {
    collision: () => undefined,
    unknownField: () => undefined,
    brokenField: () => undefined,
  })

/** What a snapshot sends, without the metrics that hold times. */
function linesOf(pipeline: Pipeline, path = directory, given = configuration): string[] {
  const encoder = new LineEncoder(linesEncoding(given).options)
  const { bytes } = encoder.encode(pipeline.run({ path }).tables, 1700000000)
  const lines = Buffer.from(bytes).toString('latin1').split('\n')
  expect(lines.pop()).toBe('')
  for (const line of lines) if (!fit.test(line)) throw new Error(`not fit to be sent: ${JSON.stringify(line)}`)
  expect(new Set(lines.map((line) => line.split(' ')[0])).size, 'different paths').toBe(lines.length)
  return lines.filter((line) => !line.includes('.haproxystats.'))
}

const failed = (name: string, error?: string) => {
  const report = { name, source: `unix:///${name}`, result: 'failed', seconds: 2, bytes: 0, retries: 0 } as const
  return { ...report, ...(error !== undefined && { error }) }
}

describe('an incomplete snapshot', () => {
  const incomplete = (sources: ReturnType<typeof failed>[]) => {
    put(manifestName, renderManifest({ files: {}, pull: { seconds: 2, complete: false, sources } }))
    return pipelineOf().run({ path: directory })
  }

  it('without any answer has no datapoints but those of haproxystats itself', () => {
    const { tables, processes } = incomplete([failed('lb1')])
    const own = tables.at(-1)
    expect(tables.slice(0, -1).flatMap(({ objects }) => objects)).toEqual([])
    expect(processes).toBe(0)
    expect(['Processes', 'ProcessesFailed', 'Complete'].map((name) => own?.values[own.fields.indexOf(name)])).toEqual([
      0, 1, 0,
    ])
    expect(linesOf(pipelineOf())).toEqual([])
    expect(linesOf(pipelineOf(everything), directory, everything)).toEqual([])
  })

  it('says which sources did not answer, and why', () => {
    const many = ['lb1', 'lb2', 'lb3', 'lb4', 'lb5'].map((name) => failed(name, `${name} timed out`))
    expect(incomplete(many).incomplete).toBe('lb1 timed out; lb2 timed out; lb3 timed out; and 2 more')
    expect(incomplete([failed('lb1')]).incomplete).toBe('unix:///lb1 did not answer')
    expect(incomplete([]).incomplete).toBe('not all sources could be found')
  })
})

const fit = /^loadbalancers\.haproxy(\.[A-Za-z0-9_:-]{1,200})+ -?[0-9]+(\.[0-9]+)? 1700000000$/

/** What refuses a snapshot, and why. */
function refusal(pipeline = pipelineOf()): [code: string, message: string] {
  try {
    pipeline.run({ path: directory })
  } catch (error) {
    if (error instanceof StatsError) return [error.code, error.message]
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a snapshot', () => {
  it.each(goldenSnapshots)('becomes tables in the order in which they are sent: $case/$timestamp', ({ path }) => {
    const { tables, processes } = pipelineOf().run({ path })
    expect(tables.map(({ kind }) => kind)).toEqual([
      ...['daemon', 'process', 'frontend', 'backend', 'server', 'aggregated-server', 'own'],
    ])
    expect(processes).toBe(readdirSync(path).length / 2)
    for (const { objects, fields, values } of tables) {
      expect(objects.length).toBeGreaterThan(0)
      expect(values).toHaveLength(objects.length * fields.length)
    }
  })

  it.each(goldenSnapshots)('tells how many datapoints it is: $case/$timestamp', ({ path }) => {
    const { tables } = pipelineOf().run({ path })
    const { fields, values } = tables.at(-1)!
    const own = Object.fromEntries(fields.map((field, index) => [field, values[index]!]))
    const lines = linesOf(pipelineOf(), path)
    const below = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length
    expect(own).toMatchObject({
      MetricsHAProxy: below(/^loadbalancers\.haproxy\.daemon\./),
      MetricsFrontend: below(/^loadbalancers\.haproxy\.frontend\./),
      MetricsBackend: below(/^loadbalancers\.haproxy\.backend\.[^.]+\.[^.]+ /),
      MetricsServer: below(/\.server\./),
    })
    expect(own['TotalWallClockTime']).toBeGreaterThanOrEqual(own['WallClockTimeAllStats']!)
    for (const [name, value] of Object.entries(own))
      if (!/^(Servers|pull\.)/.test(name)) expect(value).toBeGreaterThanOrEqual(0)
    expect([own['ServersSkipped'], own['ServersDropped']]).toEqual([Number.NaN, Number.NaN])
  })

  it.each(releases)('of HAProxy $name is processed, with every field there is', ({ info, stat }) => {
    put('a_info', info)
    put('a_stat', stat)
    const lines = linesOf(pipelineOf(everything), directory, everything)
    expect(lines.length).toBeGreaterThan(300)
  })

  it('of a server called FRONTEND in a backend called BACKEND has its names in its paths', () => {
    const { info, stat } = release('2.6.12-quoted')
    put('a_info', info)
    put('a_stat', stat)
    const lines = linesOf(pipelineOf())
    const value = (path: string) =>
      lines.find((line) => line.startsWith(`loadbalancers.haproxy.${path} `))?.split(' ')[1]
    expect(value('backend.BACKEND.server.BACKEND.weight')).toBe('1')
    expect(value('backend.BACKEND.server.s_1:-_.weight')).toBe('1')
    expect(value(`backend.BACKEND.TotalServers`)).toBe('3')
    expect(value('frontend.FRONTEND.slim')).toBe('9983')
    expect(value('frontend.answer.stot')).toMatch(/^\d+$/)
    expect(lines.filter((line) => /sock-1|a_b|x_y/.test(line))).toEqual([])
  })

  it('gives the same lines every time, from the same and from another pipeline', () => {
    const used = pipelineOf()
    for (const { path } of goldenSnapshots) linesOf(used, path)
    for (const { path } of goldenSnapshots) expect(linesOf(used, path)).toEqual(linesOf(pipelineOf(), path))
  })

  const columns = ['pxname', 'svname', 'type', 'weight', 'stot']
  const answer = (weight: number) => statAnswer(columns, [['b', 's', '2', String(weight), '1']])

  it('does not let a process that is stopping count in means', () => {
    put('new_info', infoAnswer({ Stopping: 0, Idle_pct: 40 }))
    put('new_stat', answer(10))
    put('old_info', infoAnswer({ Stopping: 1, Idle_pct: 100 }))
    put('old_stat', answer(90))
    const lines = linesOf(pipelineOf())
    expect(lines).toContain('loadbalancers.haproxy.backend.b.server.s.weight 10 1700000000')
    expect(lines).toContain('loadbalancers.haproxy.backend.b.server.s.stot 2 1700000000')
    expect(lines).toContain('loadbalancers.haproxy.daemon.Idle_pct 40 1700000000')
  })

  it('may lack one of the answers of a source', () => {
    put('a_info', infoAnswer({ Maxconn: 3 }))
    put('b_stat', answer(7))
    const lines = linesOf(pipelineOf())
    expect(lines).toContain('loadbalancers.haproxy.daemon.Maxconn 3 1700000000')
    expect(lines).toContain('loadbalancers.haproxy.backend.b.server.s.weight 7 1700000000')
  })

  it('may hold the answer of a process that has no proxies any more', () => {
    put('a_info', infoAnswer({ Maxconn: 3 }))
    put('a_stat', statAnswer(columns, []))
    expect(linesOf(pipelineOf())).toContain('loadbalancers.haproxy.daemon.Maxconn 3 1700000000')
  })
})

describe('a snapshot that is not what was read from HAProxy', () => {
  const { info, stat } = release('2.6.12-debian')

  it.each([
    ['a_stat', stat.subarray(0, -1), 'a_stat does not end with an empty line'],
    ['a_stat', stat.subarray(0, -300), /^a_stat ends within row \d+$/],
    ['a_stat', '', /^a_stat does not begin with "# pxname,/],
    ['a_stat', 'Permission denied\n\n', /^a_stat does not begin with "# pxname,/],
    ['a_stat', info, /^a_stat does not begin with "# pxname,/],
    ['a_info', info.subarray(0, -1), 'a_info does not end with an empty line'],
    ['a_info', stat, /^a_info does not begin with "Name: "/],
    ['a_info', '', /^a_info does not begin with "Name: "/],
  ] as const)('is refused with the file that is not: %s', (name, bytes, message) => {
    put('a_info', info)
    put('a_stat', stat)
    put(name, bytes)
    expect(refusal()).toEqual(['ANSWER_MALFORMED', expect.stringMatching(message)])
  })

  it('is refused when there is nothing in it', () => expect(refusal()[0]).toBe('SNAPSHOT_INVALID'))

  it('is processed or refused, whatever is changed in it, and never harms the next', () => {
    const used = pipelineOf(everything)
    const files = goldenSnapshots.map(({ path }) => path)
    const text = fc.oneof(
      fc.constantFrom('"', ',', '\n', '""', '-', '.', '9'.repeat(30), '9'.repeat(400), 'constructor', '__proto__'),
      fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    )
    const damage = fc.record({ file: fc.nat(), at: fc.nat(), remove: fc.nat({ max: 5 }), add: text })
    let processed = 0
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.array(damage, { minLength: 1, maxLength: 6 }), (path, damages) => {
        cpSync(path, directory, { recursive: true })
        const names = readdirSync(directory)
        for (const { file, at, remove, add } of damages) {
          const name = join(directory, names[file % names.length]!)
          const bytes = readFileSync(name)
          const from = at % bytes.length
          const added = Buffer.from(add, 'latin1')
          writeFileSync(name, Buffer.concat([bytes.subarray(0, from), added, bytes.subarray(from + remove)]))
        }
        try {
          linesOf(used, directory, everything)
          processed++
        } catch (error) {
          if (!(error instanceof StatsError)) throw error
          expect(error.code).toBe('ANSWER_MALFORMED')
        }
        rmSync(directory, { recursive: true })
      }),
      { numRuns: 60, examples: [[files[1]!, [{ file: 640992581, at: 1584236191, remove: 1, add: '\0' }]]] },
    )
    expect(processed).toBeGreaterThan(0)
    for (const path of files) {
      expect(linesOf(used, path, everything)).toEqual(linesOf(pipelineOf(everything), path, everything))
    }
  })
})

describe('counters of processes that ended', () => {
  const columns = ['pxname', 'svname', 'status', 'type', 'scur', 'slim', 'stot', 'qtime']
  const carry = () => {
    put('_carried_info', infoAnswer({ CumConns: 100 }))
    put(
      '_carried_stat',
      statAnswer(
        ['pxname', 'svname', 'type', 'stot'],
        [
          ['www', 'FRONTEND', '0', '1000'],
          ['app', 's', '2', '50'],
        ],
      ),
    )
  }

  it('are added to the sums, and are no process', () => {
    put('lb_info', infoAnswer({ Process_num: 1, Maxconn: 10, Idle_pct: 90, Uptime_sec: 5, CumConns: 3 }))
    const rows = [
      ['www', 'FRONTEND', 'OPEN', '0', '1', '9', '7', ''],
      ['app', 's', 'UP', '2', '0', '', '2', '4'],
    ]
    put('lb_stat', statAnswer(columns, rows))
    const before = linesOf(pipelineOf())
    carry()
    const pipeline = pipelineOf()
    const after = linesOf(pipeline)
    const changed = after.filter((line) => !before.includes(line))
    expect(changed.sort()).toEqual([
      'loadbalancers.haproxy.backend.app.server.s.stot 52 1700000000',
      'loadbalancers.haproxy.daemon.CumConns 103 1700000000',
      'loadbalancers.haproxy.frontend.www.stot 1007 1700000000',
      'loadbalancers.haproxy.server.s.stot 52 1700000000',
    ])
    expect(after).toHaveLength(before.length)
    const { tables, processes } = pipeline.run({ path: directory })
    const { fields, values } = tables.at(-1)!
    put('_carried_stat', statAnswer(['pxname', 'svname', 'type', 'stot'], [['www', 'FRONTEND', '0', '-3']]))
    expect(linesOf(pipeline)).toContain('loadbalancers.haproxy.frontend.www.stot 4 1700000000')
    expect([processes, values[fields.indexOf('Processes')], values[fields.indexOf('ProcessesWithInfo')]]).toEqual([
      1, 1, 1,
    ])
  })
})

describe('what is added to the answers of processes', () => {
  const settings = () =>
    parseConfiguration(
      '[process]\nserver-metrics = stot chkfail chkfail_max downtime_max hanafail\naggr-server-metrics = true\n[graphite]\nprefix-hostname = false',
    )
  const columns = ['pxname', 'svname', 'type', 'stot', 'chkfail', 'downtime', 'hanafail']
  const seal = (counters?: 'raw' | 'monotonic') => {
    const names = ['lb_stat', '_carried_stat', '_twice_stat']
    const files = Object.fromEntries(names.map((name) => [name, sealOf(readFileSync(join(directory, name)))]))
    const pull = { seconds: 1, complete: true, sources: [], ...(counters && { counters }) }
    put(manifestName, renderManifest({ files, pull }))
  }
  const values = () =>
    Object.fromEntries(
      linesOf(pipelineOf(settings())).flatMap((line) => {
        const [, path, value] = /^loadbalancers\.haproxy\.(.*?) (\S+)/.exec(line) ?? []
        return path !== undefined && /server\./.test(path) && !path.startsWith('haproxystats') ? [[path, value]] : []
      }),
    )
  const write = () => {
    const rows = [
      ['app', 's', '2', '7', '2', '12', '1'],
      ['api', 's', '2', '9', '1', '3', '0'],
    ]
    put('lb_stat', statAnswer(columns, rows))
    const added = [...columns.slice(0, 5), 'chkfail_max', 'downtime_max', 'hanafail_max']
    put('_carried_stat', statAnswer(added, [['app', 's', '2', '100', '20', '3', '19', '4']]))
    put('_twice_stat', statAnswer(columns.slice(0, 4), [['app', 's', '2', '-3']]))
  }
  const server = (stot: number, chkfail: number, chkfailMax: number, downtime: number, hanafail: number) => ({
    stot: String(stot),
    chkfail: String(chkfail),
    chkfail_max: String(chkfailMax),
    downtime_max: String(downtime),
    hanafail: String(hanafail),
  })
  const below = (path: string, fields: Record<string, string>) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${path}.${name}`, value]))

  it('is added to sums, and maxima do not fall below their own columns', () => {
    write()
    seal('monotonic')
    const all = {
      ...below('backend.app.server.s', server(104, 22, 3, 19, 4)),
      ...below('backend.api.server.s', server(9, 1, 1, 3, 0)),
      ...below('server.s', server(113, 23, 3, 19, 4)),
    }
    expect(values()).toEqual(all)
    seal()
    expect(values()).toEqual(all)
  })

  it('is only what is told twice when counters are raw', () => {
    write()
    seal('raw')
    expect(values()).toEqual({
      ...below('backend.app.server.s', server(4, 2, 2, 12, 1)),
      ...below('backend.api.server.s', server(9, 1, 1, 3, 0)),
      ...below('server.s', server(13, 3, 2, 12, 1)),
    })
  })

  it('is no field of its own when all are wanted', () => {
    write()
    seal('monotonic')
    const all = parseConfiguration('[process]\nserver-metrics = all\n[graphite]\nprefix-hostname = false')
    const lines = linesOf(pipelineOf(all)).filter((line) => /app\.server\.s\.(hanafail|chkfail)/.test(line))
    const ofAll = linesOf(pipelineOf(all)).filter((line) => /hanafail_max/.test(line))
    expect(lines.map((line) => line.split(' ')[1])).toEqual(expect.arrayContaining(['4']))
    expect(ofAll).toEqual([])
  })
})

it('the averages of a process that was started just now are left out, and nothing else', () => {
  const columns = ['pxname', 'svname', 'type', 'slim', 'stot', 'qtime']
  const graced = parseConfiguration('[process]\nstartup-grace = 10\n[graphite]\nprefix-hostname = false')
  for (const [name, uptime, qtime] of [
    ['a', 9, 500],
    ['b', 10, 20],
  ] as const) {
    put(`${name}_info`, infoAnswer({ Maxconn: 10, Idle_pct: (2 * qtime) / 10, Uptime_sec: uptime }))
    put(`${name}_stat`, statAnswer(columns, [['app', 'BACKEND', '1', '7', '4', String(qtime)]]))
  }
  const values = new Map(linesOf(pipelineOf(graced)).map((line) => line.split(' ') as [string, string]))
  const below = (path: string) => values.get(`loadbalancers.haproxy.${path}`)
  expect(['qtime', 'slim', 'stot'].map((field) => below(`backend.app.${field}`))).toEqual(['20', '14', '8'])
  expect(['Idle_pct', 'Maxconn', 'Uptime_sec'].map((field) => below(`daemon.${field}`))).toEqual(['4', '20', '9.5'])
})

it('servers that HAProxy was asked to leave out are not counted', () => {
  const rows = [['app', 'BACKEND', '1', '7', 'UP']]
  put('lb_stat', statAnswer(['pxname', 'svname', 'type', 'stot', 'status'], rows))
  const lines = (leftOut?: string[]) => {
    const files = { lb_stat: sealOf(readFileSync(join(directory, 'lb_stat'))) }
    put(
      manifestName,
      renderManifest({ files, pull: { seconds: 1, complete: true, sources: [], ...(leftOut && { leftOut }) } }),
    )
    const states = parseConfiguration('[process]\nserver-state-metrics = true\n[graphite]\nprefix-hostname = false')
    return linesOf(pipelineOf(states)).filter((line) => /app\.(servers|TotalServers|Active|stot)/.test(line))
  }
  const counted = lines()
  expect(counted).toContain('loadbalancers.haproxy.backend.app.TotalServers 0 1700000000')
  expect(lines(['listeners'])).toEqual(counted)
  for (const word of ['servers', 'maint', 'down']) {
    expect(lines(['listeners', word])).toEqual(['loadbalancers.haproxy.backend.app.stot 7 1700000000'])
  }
})
