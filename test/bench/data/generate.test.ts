import { createHash } from 'node:crypto'
import { cellText, parseInfo, parseRecord, scanHeader, scanRows } from '@haproxystats/haproxy'
import { describe, expect, it } from 'vitest'
import { answers, type Recipe } from './generate.ts'
import { type Load, loads, type Release, releases, rowsOf, type Size } from './sizes.ts'

/** With a thousand servers and a few, so that one has a quoted text. */
const size: Size = { processes: 2, frontends: 3, backends: 101, servers: 10 }
const made = (recipe: Partial<Recipe> = {}) =>
  [...answers({ size, load: 'busy', release: '2.6', seed: 1, ...recipe })].map(({ source, info, stat }) => {
    return { source, info, stat, digest: createHash('sha256').update(info).update(stat).digest('hex') }
  })

const variants = Object.keys(releases).flatMap((release) =>
  loads.map((load): [Release, Load] => [release as Release, load]),
)

describe('generated answers', () => {
  it('are the same for the same seed, and others for another', () => {
    const digests = (seed: number) => made({ seed }).map(({ digest }) => digest)
    expect(digests(7)).toEqual(digests(7))
    expect(digests(7)).not.toEqual(digests(8))
    expect(new Set(digests(7)).size).toBe(2)
  })

  it.each(variants)('of %s, %s, are read alike by the scanner and by csv-parse', (release, load) => {
    const { stat } = made({ release, load })[0]!
    const { header, rows: begin } = scanHeader(stat)
    const scanned: string[] = []
    scanRows(stat, header, begin, (bytes, offsets) => {
      scanned.push(header.names.map((_name, cell) => cellText(bytes, offsets, cell)).join('|'))
    })
    const parsed: string[] = []
    for (let position = begin; position < stat.length - 1; ) {
      const { cells, end } = parseRecord(stat, position)
      parsed.push(cells.join('|'))
      position = end
    }
    expect(scanned).toHaveLength(rowsOf({ ...size, processes: 1 }))
    expect(scanned.join('\n')).toBe(parsed.join('\n'))
    expect(stat.includes('"')).toBe(load === 'busy')
  })

  it.each(variants)('of %s, %s, have the lines of show info', (release, load) => {
    for (const [index, { info }] of made({ release, load }).entries()) {
      const parsed = parseInfo(info)
      expect(parsed.get('Pid')).toBe(String(1001 + index))
      expect(parsed.get('Stopping')).toBe('0')
      expect(parsed.size).toBeGreaterThan(50)
    }
  })

  it('have the same objects in every process, and longer numbers when busy', () => {
    const names = made().map(({ stat }) => stat.toString('latin1').match(/^[^,]+,[^,]+/gm))
    expect(names[0]).toEqual(names[1])
    const length = (load: Load) => made({ load })[0]!.stat.length
    expect(length('busy')).toBeGreaterThan(1.3 * length('quiet'))
  })
})
