import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { viewOf } from '../../../../../test/support/view-of.ts'
import { parseHistory } from './history-file.ts'
import { KeptHistory } from './kept-history.ts'
import { MemoryHistory } from './memory-history.ts'

const begin = 1_700_000_400
let directory: string
let path: string
let logged: string[]
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'history-'))
  path = join(directory, 'haproxystats-process.history')
  logged = []
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const log = (severity: string, message: string) => void logged.push(`${severity}: ${message}`)
const newHistory = (bound = 2 ** 24) => new MemoryHistory({ bound, now: () => begin + 90_000 })

/** Hours of two backends, one of which vanishes. */
function fill(history: MemoryHistory, from = begin, to = begin + 8000): MemoryHistory {
  for (let time = from; time < to; time += 10) {
    const rows = [
      { kind: 'backend', pxname: 'app', scur: (time - begin) % 977, status: 'UP' },
      ...(time < begin + 4000 ? [{ kind: 'backend', pxname: 'gone', scur: 3 } as const] : []),
    ] as const
    history.add(viewOf({ snapshot: time, rows }))
  }
  return history
}

const asked = ['app', 'gone'].flatMap((name) => ['scur', 'status'].map((field) => ({ key: `b:${name}`, field })))
const all = (history: MemoryHistory) => [
  history.read(asked, { seconds: 86_400, points: 288 }),
  history.read(asked, { seconds: 3600, points: 360 }),
]

/** What is in the file after a run. */
async function written(): Promise<{ history: MemoryHistory; bytes: Buffer }> {
  const history = newHistory()
  const kept = new KeptHistory(history, { path, log })
  fill(history)
  await kept.close()
  return { history, bytes: readFileSync(path) }
}

describe('a history that is kept', () => {
  it('is the same after a restart, and goes on', async () => {
    const { history } = await written()
    const next = newHistory()
    const kept = new KeptHistory(next, { path, log })
    expect(all(next)).toEqual(all(history))
    fill(next, begin + 8000, begin + 9000)
    fill(history, begin + 8000, begin + 9000)
    expect(all(next)).toEqual(all(history))
    await kept.close()
    expect(logged).toEqual([])
  })

  it('knows what it has, when a snapshot is sent again after a restart', async () => {
    const { history } = await written()
    const next = newHistory()
    await new KeptHistory(next, { path, log }).close()
    next.add(viewOf({ snapshot: history.newest, rows: [{ kind: 'backend', pxname: 'app', scur: 5000 }] }))
    expect(all(next)).toEqual(all(history))
  })

  it('fits a bound that is smaller now', async () => {
    await written()
    const next = newHistory(300_000)
    await new KeptHistory(next, { path, log }).close()
    expect(next.bytes).toBeLessThanOrEqual(300_000)
    expect(next.newest).toBe(begin + 7990)
  })

  it('is written now and then, and not when nothing is new', async () => {
    const history = newHistory()
    const kept = new KeptHistory(history, { path, log, interval: 0.01 })
    fill(history, begin, begin + 100)
    await expect.poll(() => existsSync(path), { timeout: 20_000 }).toBe(true)
    await expect.poll(() => existsSync(`${path}.tmp`), { timeout: 20_000 }).toBe(false)
    rmSync(path)
    await kept.close()
    expect(existsSync(path)).toBe(false)
  })

  it('may be read by the group and not by others', async () => {
    await written()
    expect((await import('node:fs')).statSync(path).mode & 0o777).toBe(0o640)
  })
})

describe('a file that cannot be used', () => {
  const begins = () => {
    const history = newHistory()
    new KeptHistory(history, { path, log, interval: 1000 })
    expect(history.newest).toBe(0)
    return logged
  }

  it.each([
    ['another version', (bytes: Buffer) => bytes.writeUInt32LE(99, 8), /version 99, expected 1/],
    ['a flipped byte', (bytes: Buffer) => bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000), /damaged: its checksum/],
    ["somebody else's", (bytes: Buffer) => bytes.write('PNG'), /not a history of haproxystats/],
  ])('%s is ignored with a warning', async (_name, change, reason) => {
    const { bytes } = await written()
    change(bytes)
    writeFileSync(path, bytes)
    expect(begins()).toEqual([expect.stringMatching(/^warn: .*history cannot be used, starting a new history/)])
    expect(logged[0]).toMatch(reason)
  })

  it('cut at any length is ignored', async () => {
    const { bytes } = await written()
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(parseHistory(bytes.subarray(0, length))).toHaveProperty('trouble')
      }),
    )
  })

  it('with anything in it, even with the right checksum, is read or ignored', async () => {
    const { bytes } = await written()
    fc.assert(
      fc.property(fc.nat(bytes.length - 13), fc.uint8Array({ minLength: 1, maxLength: 4 }), (at, some) => {
        const changed = Buffer.from(bytes)
        changed.set(some.subarray(0, bytes.length - 4 - 12 - at), 12 + at)
        changed.writeUInt32LE(crc32(changed.subarray(0, -4)), changed.length - 4)
        const found = parseHistory(changed)
        if ('trouble' in found) return
        const history = newHistory()
        history.restore(found)
        all(history)
      }),
      { numRuns: 200 },
    )
  })

  it.each([
    ['a directory', () => mkdirSync(path)],
    ['a link', () => symlinkSync('/dev/zero', path)],
    ['nothing', () => writeFileSync(path, '')],
  ])('%s is ignored with a warning', (_name, make) => {
    make()
    expect(begins()).toEqual([expect.stringMatching(/^warn: /)])
  })

  it('a link in the place of the temporary file is not followed', async () => {
    const other = join(directory, 'other')
    writeFileSync(other, 'precious')
    symlinkSync(other, `${path}.tmp`)
    await written()
    expect(readFileSync(other, 'utf8')).toBe('precious')
  })

  it('a directory that is none is logged once', async () => {
    writeFileSync(join(directory, 'file'), '')
    const nowhere = join(directory, 'file', 'history')
    await new KeptHistory(fill(newHistory(), begin, begin + 100), { path: nowhere, log }).close()
    expect(logged.filter((line) => /cannot write .*ENOTDIR/.test(line))).toHaveLength(1)
  })

  it('that cannot be written is logged, and the work goes on', async () => {
    mkdirSync(path)
    const history = newHistory()
    const kept = new KeptHistory(history, { path, log })
    fill(history, begin, begin + 100)
    await kept.close()
    expect(logged.at(-1)).toMatch(/^warn: cannot write .*would lose the history/)
  })
})
