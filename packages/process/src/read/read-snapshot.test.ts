import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifestName, renderManifest, StatsError, sealOf } from '@haproxystats/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { goldenSnapshots } from '../../../../test/support/recorded.ts'
import { readSnapshot } from './read-snapshot.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haproxystats-read-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const put = (name: string, text = `${name}!`) => writeFileSync(join(directory, name), text)
const read = () =>
  readSnapshot(directory).map(({ source, info, stat }) => [
    source,
    info && Buffer.from(info).toString(),
    stat && Buffer.from(stat.read()).toString(),
  ])

function refusal(path = directory): [code: string, message: string] {
  try {
    for (const { stat } of readSnapshot(path)) stat?.read()
  } catch (error) {
    if (error instanceof StatsError) return [error.code, error.message]
    throw error
  }
  throw new Error('nothing was refused')
}

describe('readSnapshot', () => {
  it('reads both answers of every source, in the order of names', () => {
    for (const name of ['b_stat', 'a.sock_info', 'b_info', 'a.sock_stat']) put(name)
    expect(read()).toEqual([
      ['a.sock', 'a.sock_info!', 'a.sock_stat!'],
      ['b', 'b_info!', 'b_stat!'],
    ])
  })

  it('reads what there is of a source', () => {
    put('a_info')
    put('b_stat', '')
    expect(read()).toEqual([
      ['a', 'a_info!', undefined],
      ['b', undefined, ''],
    ])
  })

  it('takes ordinary names for sources', () => {
    for (const name of ['__proto___info', 'constructor_stat', '_info', 'x_info_stat', 'é_info']) put(name)
    expect(read().map(([source]) => source)).toEqual(['__proto__', '', 'constructor', 'x_info', 'é'])
  })

  it('leaves alone what is neither', () => {
    put('a_info')
    put('.delivered.graphite')
    put('a_info.tmp')
    put('README')
    mkdirSync(join(directory, 'a_stats'))
    symlinkSync('/dev/zero', join(directory, 'statistics'))
    expect(read()).toEqual([['a', 'a_info!', undefined]])
  })

  it.each(goldenSnapshots)('reads the golden $case/$timestamp', ({ case: name, path }) => {
    const files = readSnapshot(path)
    expect(files).toHaveLength(name.startsWith('nbproc4') ? 4 : 2)
    for (const { info, stat } of files) {
      expect(info?.length).toBeGreaterThan(500)
      expect(stat?.read().length).toBeGreaterThan(3000)
    }
  })
})

describe('readSnapshot refuses for good', () => {
  const plants: readonly (readonly [string, (path: string) => void])[] = [
    ['a link to a file', (path) => symlinkSync('/etc/hostname', path)],
    ['a link to an answer beside it', (path) => symlinkSync('a_info', path)],
    ['a dangling link', (path) => symlinkSync('nowhere', path)],
    ['a link to itself', (path) => symlinkSync(path, path)],
    ['a device', (path) => symlinkSync('/dev/zero', path)],
    ['a FIFO that nobody writes to', (path) => void execFileSync('mkfifo', [path])],
    ['a directory', (path) => mkdirSync(path)],
    ['a directory with files', (path) => mkdirSync(join(path, 'b'), { recursive: true })],
  ]

  it.each(plants)('%s', (_, plant) => {
    put('a_info')
    plant(join(directory, 'a_stat'))
    expect(refusal()).toEqual(['SNAPSHOT_INVALID', 'a_stat is not a regular file'])
  })

  it('a unix socket', async () => {
    const { createServer } = await import('node:net')
    const server = createServer().listen(join(directory, 'a_stat'))
    await new Promise((resolve) => server.once('listening', resolve))
    expect(refusal()).toEqual(['SNAPSHOT_INVALID', 'a_stat is not a regular file'])
    await new Promise((resolve) => server.close(resolve))
  })

  it('a file larger than any answer, without reading it', () => {
    put('a_info')
    truncateSync(join(directory, 'a_info'), 2 * 1024 ** 3)
    const larger = 'larger than any answer of its kind'
    expect(refusal()).toEqual(['SNAPSHOT_INVALID', `a_info is ${larger}: 2147483648 bytes, where 1048576 are the most`])
    rmSync(join(directory, 'a_info'))
    put('a_stat')
    put('a_typed')
    truncateSync(join(directory, 'a_typed'), 300_000)
    expect(refusal()).toEqual(['SNAPSHOT_INVALID', `a_typed is ${larger}: 300000 bytes, where 262144 are the most`])
  })

  it('a name that is not UTF-8, which would never be found', () => {
    put('a_info')
    writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff, 0xe9]), Buffer.from('_stat')]), '')
    expect(refusal()).toEqual(['SNAPSHOT_INVALID', '\ufffd\ufffd_stat is a name that is not UTF-8'])
  })

  it('a directory without answers', () => {
    put('README')
    expect(refusal()).toEqual(['SNAPSHOT_INVALID', 'holds no files with answers of HAProxy'])
  })
})

describe('readSnapshot may be asked again', () => {
  it('when the directory is gone', () => {
    rmSync(directory, { recursive: true })
    expect(refusal()[0]).toBe('QUEUE_IO')
  })

  it('when it is no directory', () => {
    put('file')
    expect(refusal(join(directory, 'file'))[0]).toBe('QUEUE_IO')
  })

  it('when a file must not be read', () => {
    put('a_info')
    chmodSync(directory, 0o755)
    chmodSync(join(directory, 'a_info'), 0)
    expect(asSomebodyElse(() => refusal())).toEqual(['QUEUE_IO', expect.stringContaining('EACCES')])
  })
})

/** Permissions do not keep root out of anything. */
function asSomebodyElse<T>(read: () => T): T {
  const root = process.getuid?.() === 0
  if (root) process.seteuid?.(65534)
  try {
    return read()
  } finally {
    if (root) process.seteuid?.(0)
  }
}

describe('a snapshot with a manifest', () => {
  const bytes = (name: string) => new Uint8Array(Buffer.from(`${name}!`))
  const names = ['a_info', 'a_stat']
  const seal = () =>
    put(manifestName, renderManifest({ files: Object.fromEntries(names.map((name) => [name, sealOf(bytes(name))])) }))

  it('is read when everything is as it was written', () => {
    for (const name of names) put(name)
    seal()
    put('.delivered.graphite', '')
    expect(read()).toEqual([['a', 'a_info!', 'a_stat!']])
  })

  it('holds nothing when no source answered, which the manifest says', () => {
    const failed = { name: 'a', source: 'unix:///a', result: 'failed', seconds: 2, bytes: 0, retries: 0 } as const
    put(manifestName, renderManifest({ files: {}, pull: { seconds: 2, complete: false, sources: [failed] } }))
    expect(read()).toEqual([])
    put(manifestName, renderManifest({ files: {} }))
    expect(refusal()).toEqual(['SNAPSHOT_INVALID', 'holds no files with answers of HAProxy'])
  })

  it.each([
    ['flipped', () => put('a_stat', 'a_stat?'), /^a_stat is not as it was written: 7 bytes of 7, checksum/],
    ['cut', () => put('a_stat', 'a_stat'), /^a_stat is not as it was written: 6 bytes of 7/],
    ['lost', () => rmSync(join(directory, 'a_stat')), /^a_stat is missing/],
    ['added', () => put('b_stat'), /^b_stat was not written by haproxystats-pull/],
    ['its manifest', () => put(manifestName, '{"files"'), /^_pull is damaged/],
  ])('is refused with a file %s', (_, damage, message) => {
    for (const name of names) put(name)
    seal()
    damage()
    const [code, text] = refusal()
    expect([code, text]).toEqual(['SNAPSHOT_INVALID', expect.stringMatching(message)])
  })
})

it.runIf(process.geteuid?.() === 0)(
  'refuses what belongs to somebody else, and takes what belongs to whom the queue does',
  () => {
    const snapshot = join(directory, '1700000000')
    mkdirSync(snapshot)
    writeFileSync(join(snapshot, 'a_stat'), 'x')
    chownSync(join(snapshot, 'a_stat'), 65534, 65534)
    expect(refusal(snapshot)).toEqual(['SNAPSHOT_INVALID', 'a_stat belongs to another user (uid 65534)'])
    chownSync(directory, 65534, 65534)
    expect(readSnapshot(snapshot)).toHaveLength(1)
  },
)
