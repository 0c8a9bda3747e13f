import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

interface Reading {
  readonly seconds: number
}

const scripts = fileURLToPath(new URL('../scripts/start/', import.meta.url))
/** The launcher is plain JavaScript, outside what TypeScript knows here. */
const { parseDatapoints }: { parseDatapoints: (text: string, seconds: number) => Reading } = await import(
  `${scripts}local-store.mjs`
)
const { tableLines }: { tableLines: (what: object, size: { width: number; height: number }) => string[] } =
  await import(`${scripts}table.mjs`)

/** Datapoints as local-store has them, from `daemon.x 1` and the like. */
const reading = (seconds: number, ...metrics: string[]) =>
  parseDatapoints(metrics.map((metric) => `loadbalancers.haproxy.haproxy.${metric} ${seconds}\n`).join(''), seconds)

const before = reading(
  100,
  'backend.app.stot 10',
  'backend.app.req_tot 100',
  'backend.app.hrsp_4xx 4',
  'backend.app.hrsp_5xx 1',
)
const now = reading(
  102,
  'daemon.CpuUsagePct 7',
  'frontend.www.req_rate 12',
  'frontend.www.scur 3',
  'backend.app.stot 12',
  'backend.app.req_tot 125',
  'backend.app.hrsp_4xx 6',
  'backend.app.hrsp_5xx 2',
  'backend.app.scur 1.4',
  'backend.app.act 2',
  'backend.app.bck 0',
  'backend.app.TotalServers 3',
  'backend.app.server.one.req_tot 999',
)

describe('the live table', () => {
  it('shows rates, sessions, errors and servers', () => {
    expect(tableLines({ now, before, processes: 1 }, { width: 100, height: 20 })).toEqual([
      '1 HAProxy process, CPU 7 %',
      '          name      requests/s  sessions  errors/s  servers up',
      'frontend  www             12.0         3         -',
      'backend   app             12.5         1       1.5      2 of 3',
    ])
  })

  it('has no rate without an earlier snapshot, nor after a counter began anew', () => {
    const first = tableLines({ now, before: undefined, processes: 1 }, { width: 100, height: 20 })
    expect(first[3]).toMatch(/^backend {3}app +- +1 +- +2 of 3$/)
    const restarted = tableLines(
      { now: { ...before, seconds: 104 }, before: now, processes: 1 },
      { width: 100, height: 20 },
    )
    expect(restarted[2]).toMatch(/^backend +app +- +- +-$/)
  })

  it('shows the middle and the highest of several processes', () => {
    const two = reading(102, 'daemon.50PercentileCpuUsagePct 2', 'daemon.99PercentileCpuUsagePct 9')
    expect(tableLines({ now: two, before, processes: 2 }, { width: 100, height: 20 })[0]).toBe(
      '2 HAProxy processes, CPU 2 % median, 9 % highest',
    )
  })

  it('keeps within a small terminal, and then shows the busiest', () => {
    const many = reading(
      102,
      ...Array.from({ length: 50 }, (_, index) => `frontend.a-rather-long-name-${index}.req_rate ${index}`),
    )
    const lines = tableLines({ now: many, before, processes: 1 }, { width: 50, height: 8 })
    expect(lines).toHaveLength(8)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50)
    expect(lines.join('\n')).toMatch(/ 49\.0 /)
    expect(lines.at(-1)).toBe('and 45 more')
  })
})
