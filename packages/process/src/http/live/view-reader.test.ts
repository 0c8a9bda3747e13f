import { describe, expect, it } from 'vitest'
import { allRecorded, goldenSnapshots, release } from '../../../../../test/support/recorded.ts'
import { snapshotView, ViewBuilder } from '../../../../../test/support/snapshot-view.ts'
import { infoAnswer, statAnswer } from '../../../../../test/support/stat-answer.ts'
import { keyOf, type View } from './view.ts'

/** A cell of the row with that key: its number, or its text. */
function cell(view: View, key: string, name: string): number | string | undefined {
  const row = view.rows.findIndex((candidate) => keyOf(candidate) === key)
  const column = view.columnOf.get(name)
  if (row < 0 || column === undefined) throw new Error(`there is no ${name} of ${key}`)
  const number = view.numbers[row * view.columns.length + column] as number
  return Number.isNaN(number) ? view.text(row, column) : number
}

const keys = (view: View) => view.rows.map(keyOf)

const columns = [
  'pxname',
  'svname',
  'status',
  'type',
  'stot',
  'qtime',
  'check_status',
  'check_code',
  'slim',
  'lastsess',
]
type Row = readonly [string, string, string, string, ...string[]]
const stat = (...rows: Row[]) =>
  statAnswer(
    columns,
    rows.map((row) => columns.map((_, index) => row[index] ?? '')),
  )
const info = (lines: Record<string, string | number> = {}) => infoAnswer({ Version: '2.6.12', Pid: 1, ...lines })
const up: Row = ['app', 'app1', 'UP', '2', '3', '10', 'L7OK', '200']
const down: Row = ['app', 'app1', 'DOWN', '2', '1', '20', 'L4CON', '']

it('a row that one process has twice, or a value that is no number, is not shown as a sum', () => {
  expect(() => snapshotView({ lb1: { info: info(), stat: stat(up, up) } })).toThrow(
    'lb1_stat has the row app,app1 twice',
  )
  const odd: Row = ['app', 'app1', 'UP', '2', 'lots', '10', 'L7OK', '200']
  const view = snapshotView({
    lb1: { info: info({ CumReq: 'lots' }), stat: stat(odd) },
    lb2: { info: info({ CumReq: 2 }), stat: stat(up) },
  })
  expect(cell(view, 's:app/app1', 'stot')).toBeUndefined()
  expect(view.info.get('CumReq')).toBeUndefined()
})

describe('a view', () => {
  it('is empty when no source answered, and knows why', () => {
    const failed = { name: 'lb1.sock', source: 'unix:///lb1', result: 'failed', error: 'timed out' } as const
    const pull = { seconds: 2, complete: false, sources: [{ ...failed, seconds: 2, bytes: 0, retries: 0 }] }
    const builder = new ViewBuilder()
    const answers = { lb1: { info: info(), stat: stat(up, ['app', 'BACKEND', 'UP', '1', '7']) } }
    expect(snapshotView(answers, builder).rows).toHaveLength(2)
    const view = snapshotView({}, builder, 1_700_000_010, pull)
    expect([view.rows, view.sources, view.info.size, view.pull]).toEqual([[], [], 0, pull])
    const own = view.tables.find(({ kind }) => kind === 'own')
    const value = (name: string) => own?.values[own.fields.indexOf(name)]
    expect([value('Processes'), value('ProcessesFailed'), value('Complete')]).toEqual([0, 1, 0])
    expect(snapshotView(answers, builder, 1_700_000_020).rows).toHaveLength(2)
  })

  it('has all rows and columns of every source', () => {
    const view = snapshotView({
      lb1: { info: info(), stat: stat(['www', 'FRONTEND', 'OPEN', '0', '5'], up, ['app', 'BACKEND', 'UP', '1', '7']) },
      lb2: {
        info: info(),
        stat: stat(['www', 'FRONTEND', 'OPEN', '0', '6'], up, ['other', 'BACKEND', 'UP', '1', '1']),
      },
    })
    expect(keys(view)).toEqual(['f:www', 's:app/app1', 'b:app', 'b:other'])
    expect(view.rows.map(({ sources }) => sources)).toEqual([[0, 1], [0, 1], [0], [1]])
    expect(cell(view, 'f:www', 'stot')).toBe(11)
    expect(view.sources.map(({ name }) => name)).toEqual(['lb1', 'lb2'])
  })

  it('keeps the rows of a proxy together, as HAProxy prints them', () => {
    const view = snapshotView({
      lb1: {
        stat: stat(
          ['www', 'FRONTEND', 'OPEN', '0'],
          up,
          ['app', 'BACKEND', 'UP', '1'],
          ['z', 'BACKEND', 'UP', '1', '4'],
        ),
      },
      lb2: {
        stat: stat(['www', 'FRONTEND', 'OPEN', '0'], ['www', 'sock-1', 'OPEN', '3', '2'], up, [
          'app',
          'app2',
          'UP',
          '2',
          '9',
        ]),
      },
    })
    expect(keys(view)).toEqual(['f:www', 'l:www/sock-1', 's:app/app1', 's:app/app2', 'b:app', 'b:z'])
    expect(cell(view, 's:app/app2', 'stot')).toBe(9)
    expect(cell(view, 's:app/app2', 'status')).toBe('UP')
    expect(cell(view, 'b:z', 'stot')).toBe(4)
    expect(cell(view, 'l:www/sock-1', 'stot')).toBe(2)
  })

  it('shows the worst status, with what checks say of it', () => {
    for (const order of [
      [up, down, up],
      [down, up, up],
      [up, up, down],
    ]) {
      const view = snapshotView(Object.fromEntries(order.map((row, index) => [`lb${index}`, { stat: stat(row) }])))
      expect(cell(view, 's:app/app1', 'status')).toBe('DOWN')
      expect(cell(view, 's:app/app1', 'check_status')).toBe('L4CON')
      expect(cell(view, 's:app/app1', 'check_code')).toBeUndefined()
    }
  })

  it('has means as HAProxy would print them, whole', () => {
    const rows = (weight: string, qtime: string) =>
      statAnswer(['pxname', 'svname', 'type', 'stot', 'qtime', 'weight'], [['app', 'app1', '2', '1', qtime, weight]])
    const view = snapshotView({ lb1: { stat: rows('112', '4') }, lb2: { stat: rows('113', '5') } })
    expect([cell(view, 's:app/app1', 'weight'), cell(view, 's:app/app1', 'qtime')]).toEqual([113, 5])
  })

  it('takes the peak of a stopping process only when it is larger', () => {
    const rows = (smax: string) => statAnswer(['pxname', 'svname', 'type', 'smax'], [['www', 'FRONTEND', '0', smax]])
    const process = (smax: string, stopping = 0) => ({ info: info({ Stopping: stopping }), stat: rows(smax) })
    const peak = (...peaks: ReturnType<typeof process>[]) =>
      cell(snapshotView(Object.fromEntries(peaks.map((one, index) => [`lb${index}`, one]))), 'f:www', 'smax')
    expect(peak(process('10'), process('20'))).toBe(30)
    expect(peak(process('25', 1), process('10'), process('20'))).toBe(30)
    expect(peak(process('10'), process('40', 1), process('20'), process('35', 1))).toBe(40)
  })

  it('weighs means by sessions; without any, they are plain', () => {
    const idle: Row = ['app', 'app1', 'UP', '2', '0', '99']
    const unused: Row = ['app', 'app1', 'UP', '2', '0', '0']
    const view = snapshotView({ lb1: { stat: stat(up) }, lb2: { stat: stat(down) }, lb3: { stat: stat(idle) } })
    expect(cell(view, 's:app/app1', 'qtime')).toBe(Math.round((3 * 10 + 20) / 4))
    expect(cell(snapshotView({ lb1: { stat: stat(unused) } }), 's:app/app1', 'qtime')).toBe(0)
    const two = snapshotView({ lb1: { stat: stat(unused) }, lb2: { stat: stat(idle) } })
    expect(cell(two, 's:app/app1', 'qtime')).toBe(50)
  })

  it('lets a process that is stopping have a say only where no other has', () => {
    const stopping = info({ Stopping: 1 })
    const row = (status: string, slim: string): Row => ['app', 'app1', status, '2', '2', '', '', '', slim]
    const gone: Row = ['old', 'BACKEND', 'UP', '1', '1', '', '', '', '50']
    const view = snapshotView({
      lb1: { info: stopping, stat: stat(row('DOWN', '100'), gone) },
      lb2: { info: info(), stat: stat(row('UP', '200')) },
    })
    expect(cell(view, 's:app/app1', 'status')).toBe('UP')
    expect(cell(view, 's:app/app1', 'slim')).toBe(200)
    expect(cell(view, 's:app/app1', 'stot')).toBe(4)
    expect(cell(view, 'b:old', 'slim')).toBe(50)
    expect(view.rows[0]?.sources).toEqual([0, 1])
    expect(view.sources.map(({ stopping }) => stopping)).toEqual([true, false])
  })

  it('adds the counters of processes that ended, which are no source', () => {
    const carriedStat = statAnswer(
      ['pxname', 'svname', 'type', 'stot'],
      [
        ['app', 'app1', '2', '1000'],
        ['gone', 'BACKEND', '1', '7'],
      ],
    )
    const view = snapshotView({
      _carried: { info: infoAnswer({ CumReq: 100 }), stat: carriedStat },
      lb1: { info: info({ CumReq: 5 }), stat: stat(up) },
    })
    expect(cell(view, 's:app/app1', 'stot')).toBe(1003)
    expect(cell(view, 's:app/app1', 'status')).toBe('UP')
    expect(view.info.get('CumReq')).toBe('105')
    expect(keys(view)).toEqual(['s:app/app1'])
    expect(view.sources.map(({ name }) => name)).toEqual(['lb1'])
  })

  it('adds what is carried whatever Graphite gets, takes off what is told twice, and lets no maximum fall', () => {
    const server = (cells: Record<string, string>) =>
      statAnswer(['pxname', 'svname', 'type', ...Object.keys(cells)], [['app', 'app1', '2', ...Object.values(cells)]])
    const view = snapshotView({
      lb1: { stat: server({ stot: '9', downtime: '12' }) },
      lb2: { stat: server({ stot: '8', downtime: '11' }) },
      _carried: { stat: server({ stot: '100', downtime: '40', downtime_max: '19' }) },
      _twice: { stat: server({ stot: '-5' }) },
    })
    expect([cell(view, 's:app/app1', 'stot'), cell(view, 's:app/app1', 'downtime')]).toEqual([112, 19])
    expect(view.sources.map(({ name }) => name)).toEqual(['lb1', 'lb2'])
  })

  it('leaves out the averages of processes that were started just now, not those it shows alone', () => {
    const builder = new ViewBuilder('startup-grace = 60')
    const young = info({ Uptime_sec: 5, Idle_pct: 90, Nbthread: 1 })
    const old = info({ Uptime_sec: 500, Idle_pct: 50, Nbthread: 1 })
    const view = snapshotView({ lb1: { info: young, stat: stat(up) }, lb2: { info: old, stat: stat(down) } }, builder)
    expect(cell(view, 's:app/app1', 'qtime')).toBe(20)
    expect(view.info.get('Idle_pct')).toBe('50')
    expect(view.sources[0]?.info?.get('Idle_pct')).toBe('90')
  })

  it('has columns of all releases, those of the newest first', () => {
    const [old, recent] = [release('2.0.0'), release('3.4.0')]
    const view = snapshotView({ lb1: old, lb2: recent })
    const names = view.columns.map(({ name }) => name)
    const header = recent.stat.toString('latin1').split('\n')[0]?.slice(2, -1).split(',') ?? []
    expect(names.slice(0, header.length - 1)).toEqual(header.filter((name) => name !== '-'))
    expect(view.dash).toBe(header.indexOf('-'))
    expect(view.columnOf.get('stot')).toBe(7)
  })

  it('merges fields that no table knows as HAProxy says, or sums them', () => {
    const rows = (value: string, more: string) =>
      statAnswer(
        ['pxname', 'svname', 'type', 'new_time', 'new_name', 'newer'],
        [['www', 'FRONTEND', '0', value, 'a', more]],
      )
    const typed = Buffer.from('F.2.0.3.new_time.1:MAP:u32:5\nF.2.0.4.new_name.1:CNS:str:a\n')
    const view = snapshotView({ lb1: { stat: rows('5', '1'), typed }, lb2: { stat: rows('3', '2') } })
    expect(cell(view, 'f:www', 'new_time')).toBe(3)
    expect(cell(view, 'f:www', 'new_name')).toBe('a')
    expect(cell(view, 'f:www', 'newer')).toBe(3)
    expect(view.columns.at(-1)).toEqual({ name: 'newer', field: undefined, isText: false })
  })

  it('keeps whole numbers to the last digit, wherever their row goes', () => {
    const big: Row = ['app', 'app1', 'UP', '2', '9007199254740993']
    const view = snapshotView({
      lb1: { stat: stat(['app', 'BACKEND', 'UP', '1']) },
      lb2: { stat: stat(big) },
      lb3: { stat: stat(big) },
    })
    expect(keys(view)).toEqual(['s:app/app1', 'b:app'])
    expect(view.bigIntegers).toEqual(new Map([[view.columnOf.get('stot'), 18014398509481986n]]))
  })

  it('reads names and texts as UTF-8 where they are that', () => {
    const bytes = (name: string, encoding: BufferEncoding) =>
      Buffer.from(stat(['www', name, 'OPEN', '3', '1', '', `"${name}"`]).toString('latin1'), encoding)
    expect(snapshotView({ lb1: { stat: bytes('grün', 'utf8') } }).rows[0]?.svname).toBe('grün')
    expect(snapshotView({ lb1: { stat: bytes('grün', 'latin1') } }).rows[0]?.svname).toBe('grün')
  })

  it('does not change when the next one is built', () => {
    const builder = new ViewBuilder()
    const before = snapshotView({ lb1: { info: info(), stat: stat(up) } }, builder)
    const copy = [...before.numbers]
    snapshotView({ lb1: { info: info(), stat: stat(down) } }, builder)
    expect([cell(before, 's:app/app1', 'status'), cell(before, 's:app/app1', 'check_status')]).toEqual(['UP', 'L7OK'])
    const after = snapshotView({ lb1: { info: info(), stat: stat(['new', 'BACKEND', 'UP', '1', '5'], down) } }, builder)
    expect([...before.numbers]).toEqual(copy)
    expect(cell(before, 's:app/app1', 'status')).toBe('UP')
    expect(cell(after, 's:app/app1', 'status')).toBe('DOWN')
    expect(keys(before)).toEqual(['s:app/app1'])
    expect(keys(after)).toEqual(['b:new', 's:app/app1'])
  })

  it('shows a source that did not answer, with what it did', () => {
    const view = snapshotView({ lb1: { info: info() }, lb2: { stat: stat(up) } })
    expect(view.sources).toEqual([
      { name: 'lb1', file: 'lb1', info: expect.any(Map), stopping: false, answered: false },
      { name: 'lb2', file: 'lb2', info: undefined, stopping: false, answered: true },
    ])
    expect(view.rows[0]?.sources).toEqual([1])
  })

  it('names the file of an answer that is malformed', () => {
    expect(() =>
      snapshotView({ lb1: { stat: stat(up) }, lb2: { stat: Buffer.from('# pxname,svname,type,\nwww,\n\n') } }),
    ).toThrow(/^lb2_stat row 1 has 1 cells/)
    expect(() => snapshotView({ lb2: { stat: Buffer.from('<html>') } })).toThrow(/^lb2_stat does not begin/)
  })

  it('has the tables of the daemon and of every process with all fields', () => {
    const view = snapshotView({
      lb1: { info: info({ Idle_pct: 90, CurrConns: 5 }) },
      lb2: { info: info({ Idle_pct: 80, CurrConns: 7 }) },
    })
    const of = (kind: string, row: number, field: string) => {
      const table = view.tables.find((candidate) => candidate.kind === kind)
      return table?.values[row * table.fields.length + table.fields.indexOf(field)]
    }
    expect(of('daemon', 0, 'CurrConns')).toBe(12)
    expect(of('process', 1, 'CpuUsagePct')).toBe(20)
    expect(of('own', 0, 'Processes')).toBe(0)
    expect(of('own', 0, 'ProcessesWithInfo')).toBe(2)
    expect(of('own', 0, 'TotalWallClockTime')).toBeNaN()
  })

  it.each(goldenSnapshots)(
    'of the golden snapshot $case $timestamp is the same, read with care or quickly',
    ({ path, timestamp }) => {
      const builder = new ViewBuilder()
      const [view, again] = [1, 2].map(() => builder.build(path, Number(timestamp))) as [View, View]
      expect(view.rows.length).toBeGreaterThan(3)
      expect(again.rows).toEqual(view.rows)
      expect(again.numbers).toEqual(view.numbers)
      expect(again.info).toEqual(view.info)
      expect(new Set(keys(view)).size).toBe(view.rows.length)
    },
  )

  it.each(allRecorded)('is the same whichever way $name is read before', ({ stat: recorded, info: lines }) => {
    const builder = new ViewBuilder()
    const [one, other] = [1, 2].map(() => snapshotView({ lb1: { info: lines, stat: recorded } }, builder)) as [
      View,
      View,
    ]
    expect(other.numbers).toEqual(one.numbers)
    expect(other.rows).toEqual(one.rows)
    const texts = (view: View) => view.rows.map((_, row) => view.columns.map((__, column) => view.text(row, column)))
    expect(texts(other)).toEqual(texts(one))
  })
})
