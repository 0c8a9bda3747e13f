import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { goldenSnapshots } from './support/recorded.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const operating = readFileSync(join(root, 'docs/operating.md'), 'utf8')

/** A table of docs/operating.md by its header: the cells of each row. */
function rowsBelow(header: string): string[][] {
  const [, body = ''] = operating.split(`${header}\n`)
  const lines = body.split('\n').slice(1)
  return lines.slice(0, lines.indexOf('')).map((line) => line.slice(2, -2).split(' | '))
}

/** What the programs are made of, strings that are broken over lines put together. */
const sources = readdirSync(join(root, 'packages')).flatMap((name) => {
  const directory = join(root, 'packages', name, 'src')
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(directory, path), 'utf8').replace(/' \+\n\s*'/g, ''))
})

function isSaid(message: string): boolean {
  const pieces = message.split('…').map((piece) => piece.trim())
  return sources.some((text) => pieces.every((piece) => text.includes(piece)))
}

describe('troubleshooting by message', () => {
  const messages = rowsBelow('| message | what to do |').map(([cell]) => cell!.replaceAll('`', ''))

  it('would not find what nobody says', () => {
    expect(messages.length).toBeGreaterThan(10)
    expect(isSaid('delivery failed, snapshots are lost')).toBe(false)
  })

  it.each(messages)('%s: the programs say so', (message) => {
    expect(isSaid(message)).toBe(true)
  })
})

describe('sizing', () => {
  const [, base, row] = /bytes = processes × \(([\d,]+) \+ ([\d,]+) × rows\)/.exec(operating) ?? []
  const number = (text = '') => Number(text.replaceAll(',', ''))

  it.each(goldenSnapshots.map(({ path }) => path))('%s is as large as the formula says', (path) => {
    const files = readdirSync(path)
    const bytes = files.reduce((sum, file) => sum + statSync(join(path, file)).size, 0)
    const stats = files.filter((file) => file.endsWith('_stat'))
    const rows = stats.map((file) =>
      readFileSync(join(path, file), 'utf8')
        .split('\n')
        .filter((line) => /^[^#]/.test(line)),
    )
    const estimate = stats.length * number(base) + rows.flat().length * number(row)
    expect(bytes).toBeLessThanOrEqual(estimate)
    expect(bytes).toBeGreaterThan(estimate / 3)
  })

  it('has a real example', () => {
    const sizes = goldenSnapshots.map(({ path }) =>
      readdirSync(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0),
    )
    const [, told] = /two processes of HAProxy 3\.2 with 21 rows each has ([\d,]+) bytes/.exec(operating) ?? []
    expect(sizes).toContain(number(told))
  })
})
