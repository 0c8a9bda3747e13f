import { describe, expect, it } from 'vitest'
import { type RowSketch, type ViewSketch, viewOf } from '../../../../../test/support/view-of.ts'
import { MemoryHistory } from '../trend/memory-history.ts'
import type { Facts } from '../types/facts.ts'
import { severities } from './problem.ts'
import { findProblems, rules } from './problems.ts'

const begin = 1_700_000_400

type Sketch = Omit<ViewSketch, 'snapshot'>

/** After these snapshots, ten seconds apart; without a status and just now, unless told. */
function factsOf(sketches: readonly Sketch[], { status = {}, late = 0, step = 10 } = {}): Facts {
  const history = new MemoryHistory({ bound: 2 ** 24, now: () => begin + 86_400 })
  const views = sketches.map((sketch, index) => viewOf({ snapshot: begin + step * index, ...sketch }))
  for (const view of views) history.add(view)
  const view = views.at(-1)
  return { view, history, status, interval: 10, now: () => (view?.snapshot ?? begin) + late }
}

/**
 * What rules say, without the severity, as `rule key: title (detail) +since`, since in seconds after the first
 * snapshot.
 */
function said(facts: Facts): string[] {
  return findProblems(facts).map(({ rule, key, title, detail, since }) => {
    return `${rule} ${key}: ${title} (${detail})${since === undefined ? '' : ` ${since - begin}`}`
  })
}

const rows = (...its: RowSketch[]): Sketch => ({ rows: its })
const backend = (fields: object = {}): RowSketch => ({ kind: 'backend', pxname: 'app', status: 'UP', ...fields })
const server = (svname: string, fields: object = {}): RowSketch => {
  return { kind: 'server', pxname: 'app', svname, status: 'UP', stot: 5, ...fields }
}
const frontend = (fields: object = {}): RowSketch => ({ kind: 'frontend', pxname: 'www', status: 'OPEN', ...fields })
const process = (name: string, info: Record<string, number | string> = {}, more: object = {}) => {
  return { name, info: { Pid: 1, Uptime_sec: 9999, Idle_pct: 90, Version: '2.6.12', ...info }, ...more }
}
const well = rows(frontend({ scur: 1, slim: 100 }), backend({ qcur: 0 }), server('app1'))
const failing = { waiting: 3, reason: 'ECONNREFUSED', state: 'failing', oldestUnconfirmed: 40 }

/** Answers of two processes of which only the second sees these rows down. */
const differing = [{ name: 'lb1' }, { name: 'lb2' }]

/** Each rule with something that it must speak up about, and something much like it that it must not. */
const examples: Readonly<Record<string, { speaks: Facts; says: string | RegExp; silent: Facts }>> = {
  'no-snapshot': {
    speaks: factsOf([]),
    says: 'no-snapshot snapshot: No snapshot has been read yet (haproxystats-pull has not pulled yet, or its status file cannot be read: is it running?)',
    silent: factsOf([well]),
  },
  stale: {
    speaks: factsOf([well], { late: 240 }),
    says: /^stale snapshot: The newest snapshot is 4 min old \(one is expected every 10 s.*\) 0$/,
    silent: factsOf([well], { late: 29 }),
  },
  'delivery-failing': {
    speaks: factsOf([well], { status: { dispatchers: { graphite: failing } } }),
    says: 'delivery-failing dispatcher:graphite: Nothing can be delivered to graphite (3 snapshots wait in the queue: ECONNREFUSED) -40',
    silent: factsOf([well], { status: { dispatchers: { graphite: { ...failing, state: 'delivering' } } } }),
  },
  'delivery-dropping': {
    speaks: factsOf([well], { status: { dispatchers: { graphite: { waiting: 351, dropping: true, dropped: 12 } } } }),
    says: 'delivery-dropping dispatcher:graphite: graphite loses snapshots (its backlog is full, 351 wait for it; 12 snapshots lost since the start; other outputs are not affected)',
    silent: factsOf([well], { status: { dispatchers: { graphite: { dropping: false, dropped: 12 } } } }),
  },
  'queue-growing': {
    speaks: factsOf([well], { status: { queueSize: 6, oldest: 70, dispatchers: {} } }),
    says: /^queue-growing queue: 6 snapshots wait for delivery \(.*\) -70$/,
    silent: factsOf([well], { status: { queueSize: 5, oldest: 70 } }),
  },
  quarantine: {
    speaks: factsOf([well], { status: { snapshots: { quarantined: 1 } } }),
    says: /^quarantine quarantine: 1 snapshot could not be processed/,
    silent: factsOf([well], { status: { snapshots: { quarantined: 0 } } }),
  },
  'process-missing': {
    speaks: factsOf([{ sources: [process('lb1'), process('lb2')] }, { sources: [process('lb1')] }]),
    says: 'process-missing p:lb2: Process lb2 is missing (its socket is gone, or no process listens on it) 0',
    // A reload: the old one was stopping, or another came in its place.
    silent: factsOf([
      { sources: [process('old', { Stopping: 1 }), process('one')] },
      { sources: [process('other'), process('one')] },
      { sources: [process('third'), process('one')] },
    ]),
  },
  'connection-limit': {
    speaks: factsOf([{ sources: [process('lb1', { CurrConns: 96, Maxconn: 100 })] }]),
    says: 'connection-limit p:lb1: Process lb1 is at its limit of connections (96 of 100 (96 %)) 0',
    silent: factsOf([{ sources: [process('lb1', { CurrConns: 94, Maxconn: 100 })] }]),
  },
  'connection-limit-near': {
    speaks: factsOf([{ sources: [process('lb1', { CurrConns: 80, Maxconn: 100 })] }]),
    says: /^connection-limit-near p:lb1: Process lb1 is near its limit of connections/,
    silent: factsOf([{ sources: [process('lb1', { CurrConns: 79, Maxconn: 100 })] }]),
  },
  busy: {
    speaks: factsOf([50, 5, 8].map((idle) => ({ sources: [process('lb1', { Idle_pct: idle, Nbthread: 4 })] }))),
    says: 'busy p:lb1: Process lb1 is busy 92 % of the time (4 threads) 10',
    silent: factsOf([5, 11].map((idle) => ({ sources: [process('lb1', { Idle_pct: idle })] }))),
  },
  stopping: {
    speaks: factsOf(
      [0, 1, 1].map((flag) => ({ sources: [process('lb1', { Stopping: flag, CurrConns: 3 }, { stopping: true })] })),
      { step: 900 },
    ),
    says: 'stopping p:lb1: Process lb1 has been stopping for 15 min (3 connections are still open) 900',
    silent: factsOf(
      [0, 1].map((flag) => ({ sources: [process('lb1', { Stopping: flag }, { stopping: flag === 1 })] })),
    ),
  },
  started: {
    speaks: factsOf([{ sources: [process('lb1', { Uptime_sec: 45 })] }]),
    says: 'started p:lb1: Process lb1 has started (45 s before the snapshot) -45',
    silent: factsOf([{ sources: [process('lb1', { Uptime_sec: 300 })] }]),
  },
  releases: {
    speaks: factsOf([{ sources: [process('lb1'), process('lb2', { Version: '3.2.0' })] }]),
    says: 'releases daemon: Processes of 2 releases of HAProxy run (2.6.12, 3.2.0)',
    silent: factsOf([{ sources: [process('lb1'), process('lb2')] }]),
  },
  'backend-down': {
    speaks: factsOf([
      rows(
        server('app1', { status: 'DOWN' }),
        server('app2', { status: 'MAINT' }),
        backend({ status: 'DOWN', lastchg: 60 }),
      ),
    ]),
    says: 'backend-down b:app: Backend app has no usable server (2 servers: 1 DOWN, 1 MAINT) -60',
    silent: factsOf([rows(server('app1', { status: 'DOWN' }), backend())]),
  },
  'failures-many': {
    speaks: factsOf([0, 10].map((count) => rows(backend({ hrsp_2xx: 3 * count, hrsp_5xx: count })))),
    says: 'failures-many b:app: 25 % of the responses of app are 5xx (1 of 4 a second) 10',
    silent: factsOf([0, 10].map((count) => rows(backend({ hrsp_2xx: 4 * count, hrsp_5xx: count })))),
  },
  'session-limit': {
    speaks: factsOf([rows(frontend({ scur: 100, slim: 100 }))]),
    says: 'session-limit f:www: www is at its limit of sessions (100 of 100 (100 %)) 0',
    silent: factsOf([rows(frontend({ scur: 100, slim: 0 }))]),
  },
  'partly-down': {
    speaks: factsOf([
      { ...rows(server('app1', { status: 'DOWN', lastchg: 5 }), backend()), sources: differing, downFor: { 0: [1] } },
    ]),
    says: 'partly-down s:app/app1: app/app1 is down for 1 of 2 processes (down for lb2, others see it up) -5',
    silent: factsOf([{ ...rows(server('app1', { status: 'DOWN' }), backend()), sources: [differing[1]!] }]),
  },
  'servers-down': {
    speaks: factsOf([
      rows(
        server('app1', { status: 'DOWN', lastchg: 5 }),
        server('app2', { status: 'DOWN 1/2', lastchg: 9 }),
        server('app3'),
        backend(),
      ),
    ]),
    says: 'servers-down b:app: 2 of 3 servers of app are down (app1 (DOWN), app2 (DOWN 1/2)) -9',
    silent: factsOf([rows(server('app1', { status: 'DOWN' }), backend({ status: 'DOWN' }))]),
  },
  queue: {
    speaks: factsOf([0, 3, 2].map((qcur) => rows(backend({ qcur, qtime: 12 })))),
    says: 'queue b:app: 2 requests in the queue of app (the last ones waited 12 ms) 10',
    silent: factsOf([3, 0].map((qcur) => rows(backend({ qcur })))),
  },
  failures: {
    speaks: factsOf([0, 10].map((count) => rows(frontend({ hrsp_2xx: 9 * count, hrsp_5xx: count })))),
    says: 'failures f:www: 10 % of the responses of www are 5xx (1 of 10 a second) 10',
    silent: factsOf([0, 10].map((count) => rows(frontend({ hrsp_2xx: 99 * count, hrsp_5xx: count })))),
  },
  'session-limit-near': {
    speaks: factsOf([rows(server('app1', { scur: 8, slim: 10 }))]),
    says: 'session-limit-near s:app/app1: app/app1 is near its limit of sessions (8 of 10 (80 %)) 0',
    silent: factsOf([rows(server('app1', { scur: 7, slim: 10 }))]),
  },
  'failing-checks': {
    speaks: factsOf([rows(server('app1', { status: 'UP 1/3' }), backend())]),
    says: 'failing-checks s:app/app1: 1 server of app fails its checks (app1 (UP 1/3))',
    silent: factsOf([well]),
  },
  'frontend-closed': {
    speaks: factsOf([rows(frontend()), rows(frontend({ status: 'STOP' }))]),
    says: 'frontend-closed f:www: Frontend www is not open (its status is STOP) 10',
    silent: factsOf([well]),
  },
  maintenance: {
    speaks: factsOf([rows(server('app1', { status: 'MAINT', lastchg: 60 }), server('app2'), backend())]),
    says: 'maintenance s:app/app1: 1 of 2 servers of app takes no new traffic (app1 (MAINT)) -60',
    // A free slot of a server-template.
    silent: factsOf([rows(server('app1', { status: 'MAINT', stot: 0 }), server('app2'), backend())]),
  },
}

describe('the rules', () => {
  it('have an example each, a name of their own, and say when they speak up', () => {
    expect(Object.keys(examples)).toEqual(expect.arrayContaining(rules.map(({ name }) => name)))
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length)
    for (const { summary, severity } of rules) {
      expect(summary).toMatch(/^[A-Z0-9].*\.$/)
      expect(severities).toContain(severity)
    }
  })

  describe.each(rules)('$name', ({ name, severity }) => {
    const { speaks, says, silent } = examples[name]!

    it('speaks up', () => {
      const its = said(speaks).filter((text) => text.startsWith(`${name} `))
      expect(its).toEqual([typeof says === 'string' ? says : expect.stringMatching(says)])
      expect(findProblems(speaks).find(({ rule }) => rule === name)?.severity).toBe(severity)
    })

    it('is silent when there is nothing', () => {
      expect(said(silent).filter((text) => text.startsWith(`${name} `))).toEqual([])
      expect(said(factsOf([well, well]))).toEqual([])
    })
  })
})

describe('why there is no new snapshot', () => {
  const pulled = (ago: number, outcome?: string) => {
    const lastTick = new Date((begin + 240 - ago) * 1000).toISOString()
    return said(factsOf([well], { late: 240, status: { pull: { lastTick, outcome } } }))[0]
  }

  it('is that pull does not run only when it has not pulled for long', () => {
    expect(pulled(31)).toMatch(/haproxystats-pull pulled 31 s ago for the last time: is it running\?\)/)
    expect(pulled(29)).toMatch(/haproxystats-pull runs; its log says what it does\)/)
  })

  it.each([
    ['queue-full', 'is suspended, because its queue is full'],
    ['no-source', 'finds nothing to read: is HAProxy running'],
    ['failed', 'cannot publish: is the disk full'],
    ['behind', 'waits, because the clock was set back'],
  ])('is told of a pull that ended as %s', (outcome, says) => {
    expect(pulled(5, outcome)).toContain(`(one is expected every 10 s: haproxystats-pull runs and ${says}`)
  })
})

describe('problems', () => {
  it('are said the worst first, then the newest', () => {
    const facts = factsOf([
      rows(
        { ...backend({ status: 'UP', qcur: 1 }), pxname: 'queued' },
        { ...backend({ status: 'DOWN', lastchg: 500 }), pxname: 'old' },
        { ...backend({ status: 'DOWN', lastchg: 5 }), pxname: 'new' },
      ),
    ])
    expect(findProblems(facts).map(({ key }) => key)).toEqual(['b:new', 'b:old', 'b:queued'])
  })

  it('name a process that was asked and did not answer, once', () => {
    const silent = { name: 'lb2.sock', source: 'unix:///lb2.sock', result: 'failed', error: 'timed out' } as const
    const pull = { seconds: 1, complete: false, sources: [{ ...silent, seconds: 1, bytes: 0, retries: 0 }] }
    const facts = factsOf([{ sources: [process('lb1'), process('lb2')] }, { sources: [process('lb1')], pull }])
    expect(said(facts)).toEqual(['process-missing p:lb2: Process lb2 is missing (timed out) 0'])
  })

  it('do not miss a name that turned out to be another socket of a process', () => {
    const effort = { source: 'unix:///lb2', seconds: 1, bytes: 0, retries: 0 }
    const pull = {
      seconds: 1,
      complete: true,
      sources: [{ ...effort, name: 'lb2', result: 'duplicate', same: 'lb1' } as const],
    }
    const facts = factsOf([{ sources: [process('lb1'), process('lb2')] }, { sources: [process('lb1')], pull }])
    expect(said(facts)).toEqual([])
  })

  it('tell that a process may be missing when pull could not find all', () => {
    const pull = { seconds: 1, complete: false, sources: [] }
    expect(said(factsOf([{ ...well, pull }]))).toEqual([
      expect.stringMatching(/^process-missing sources: A process may be/),
    ])
  })

  it('do not miss a process any more that went an hour ago', () => {
    const sketches = [{ sources: [process('lb1'), process('lb2')] }, ...Array(5).fill({ sources: [process('lb1')] })]
    expect(said(factsOf(sketches, { step: 600 })).length).toBe(1)
    expect(said(factsOf(sketches, { step: 800 }))).toEqual([])
  })

  it('are found in names from hell', () => {
    const facts = factsOf([
      rows(
        { ...backend({ status: 'DOWN' }), pxname: '__proto__' },
        { ...server('constructor', { status: 'DOWN' }), pxname: '__proto__' },
      ),
    ])
    expect(said(facts)[0]).toMatch(/^backend-down b:__proto__: .*1 server: 1 DOWN/)
  })
})
