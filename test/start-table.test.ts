import { expect, it } from 'vitest'

interface Rows {
  readonly fields: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}
interface Overview {
  readonly sources: readonly { readonly cpu: number | null }[]
}

/** The launcher is plain JavaScript, outside what TypeScript knows here. */
const script = new URL('../scripts/start/table.mjs', import.meta.url).href
const {
  tableLines,
}: { tableLines: (rows: Rows, overview: Overview, size: { width: number; height: number }) => string[] } = await import(
  script
)

const fields = ['scur', 'req_rate', 'req_tot/s', 'rate', 'hrsp_4xx/s', 'hrsp_5xx/s', 'errors/s', 'act', 'bck']
const size = { width: 100, height: 20 }

it('shows rates, sessions, errors and servers', () => {
  const server = (name: string) => [`s:app:${name}`, 'server', 'app', name, [0]]
  const rows = [
    ['f:www', 'frontend', 'www', 'FRONTEND', [0], 3, 12, 11, 1, null, null, null, null, null],
    ['b:app', 'backend', 'app', 'BACKEND', [0], 1, null, 12.5, 1, 1, 0.5, 9, 2, 0],
    ['b:tcp', 'backend', 'tcp', 'BACKEND', [0], 1, null, null, 4, null, null, 0, 0, 1],
    ...['one', 'two', 'three'].map(server),
  ]
  expect(tableLines({ fields, rows }, { sources: [{ cpu: 7 }] }, size)).toEqual([
    '1 HAProxy process, CPU 7 %',
    '          name      requests/s  sessions  errors/s  servers up',
    'frontend  www             12.0         3         -',
    'backend   app             12.5         1       1.5      2 of 3',
    'backend   tcp              4.0         1       0.0      1 of 0',
  ])
})

it.each([
  [[null], '1 HAProxy process, CPU unknown'],
  [[9, 2], '2 HAProxy processes, CPU 2 % median, 9 % highest'],
])('shows a CPU of %j', (cpus, line) => {
  expect(tableLines({ fields, rows: [] }, { sources: cpus.map((cpu) => ({ cpu })) }, size)[0]).toBe(line)
})

it('keeps within a small terminal, and then shows the busiest', () => {
  const rows = Array.from({ length: 50 }, (_, index) => {
    return [`f:${index}`, 'frontend', `a-rather-long-name-${index}`, 'FRONTEND', [0], 1, index]
  })
  const lines = tableLines({ fields, rows }, { sources: [{ cpu: 1 }] }, { width: 50, height: 8 })
  expect(lines).toHaveLength(8)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50)
  expect(lines.join('\n')).toMatch(/ 49\.0 /)
  expect(lines.at(-1)).toBe('and 45 more')
})
