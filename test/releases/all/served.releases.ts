/** Compares `/stats;csv` and `/info` with the answers of real HAProxy processes of one release, cell by cell. */
import { describe, expect, test } from 'vitest'
import { makeCertificates } from '../../sources/certificates.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { mergedCell } from '../merge.ts'
import { startAgent, tableProxies, useRichProxies } from '../rich.ts'
import { type Row, readSheet } from '../sheet.ts'
import { type StillSite, stillSite } from '../still-site.ts'

async function richSite(rounds: readonly number[]): Promise<StillSite> {
  const { server } = await makeCertificates(await temporaryDirectory())
  const config = tableProxies({ agent: await startAgent(), certificate: server })
  return stillSite(
    rounds.length,
    { config, global: '  node here\n  maxconn 321\n  max-spread-checks 100ms\n' },
    async (daemons) => {
      for (const [index, daemon] of daemons.entries()) await useRichProxies(daemon, rounds[index] as number)
    },
  )
}

const lines = (info: string) =>
  new Map(
    info.split('\n').flatMap((line) => {
      const [, name, value] = /^([^:]+): ?(.*)$/.exec(line) ?? []
      return name === undefined ? [] : [[name, value ?? ''] as const]
    }),
  )

const cells = (rows: readonly Row[], name: string) => rows.map((row) => row.get(name)).join(' and ')

describe('one process', () => {
  test('is served as it printed itself', async () => {
    const site = await richSite([2])
    const printed = readSheet(site.stats.get('lb1') ?? '')
    expect(printed.size).toBeGreaterThan(20)
    expect([...printed.keys()]).toContain('www/a"b,c')
    const served = readSheet(await site.get('/stats;csv'))
    expect([...served.keys()].sort()).toEqual([...printed.keys()].sort())
    const wrong = [...printed].flatMap(([key, row]) =>
      [...row].flatMap(([name, value]) => {
        const found = served.get(key)?.get(name)
        return found === value ? [] : `${key} ${name}: printed ${value}, served ${found}`
      }),
    )
    expect(wrong).toEqual([])
    expect(lines(await site.get('/info'))).toEqual(lines(site.infos.get('lb1') ?? ''))
  })
})

describe('two processes', () => {
  test('are merged as their numbers say', async () => {
    const site = await richSite([1, 3])
    const [one, other] = ['lb1', 'lb2'].map((name) => readSheet(site.stats.get(name) ?? ''))
    const served = readSheet(await site.get('/stats;csv'))
    expect([...served.keys()].sort()).toEqual([...(one?.keys() ?? [])].sort())
    let compared = 0
    const wrong = [...served].flatMap(([key, row]) =>
      [...row].flatMap(([name, value]) => {
        const rows = [one?.get(key), other?.get(key)].filter((found) => found !== undefined)
        const expected = mergedCell(name, rows)
        if (expected === undefined) return []
        compared++
        return expected.includes(value)
          ? []
          : `${key} ${name}: printed ${cells(rows, name)}, expected ${expected.join(' or ')}, served ${value}`
      }),
    )
    expect(wrong).toEqual([])
    expect(compared).toBeGreaterThan(1000)
  })
})
