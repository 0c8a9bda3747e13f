/** Directories that are on one file system and cannot be renamed into each other: bind mounts, as ReadWritePaths= makes. */
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runProgram } from './support/program.ts'
import { temporaryDirectory } from './support/temporary.ts'

const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0

/** Runs a program with directories below `base` mounted onto themselves, which ends with it. */
async function run(program: 'pull' | 'process', mounted: readonly string[], ...options: string[]) {
  const base = await temporaryDirectory()
  for (const name of ['incoming', 'incoming.tmp', 'incoming.removing', 'quarantine']) await mkdir(join(base, name))
  const file = join(base, 'haproxystats.conf')
  const rest = '[pull]\nservers = unix:///nowhere\n[local-store]\n'
  await writeFile(file, `[paths]\nbase-dir = ${base}\n${rest}dir = ${base}/store\n`)
  const mounts = mounted.map((name) => `mount --bind ${base}/${name} ${base}/${name} && `).join('')
  const through = ['unshare', '--mount', 'sh', '-c', `${mounts}exec "$@"`, 'sh']
  const { code, out, errors } = await runProgram(program, ['-f', file, ...options], through)
  const left = (await Promise.all(['', 'incoming', 'incoming.tmp'].map((name) => readdir(join(base, name))))).flat()
  return {
    status: code,
    text: `${out}${errors}`.replaceAll(base, 'BASE'),
    left: left.filter((name) => name.includes('trial')),
  }
}

describe.runIf(canMount)('a program whose directories are mounts of their own', () => {
  it.each(['--check', '--once'])('is told by pull %s that a snapshot cannot be published', async (option) => {
    const { status, text, left } = await run('pull', ['incoming', 'incoming.tmp'], option)
    expect(text).toMatch(
      /tmp-dst-dir = BASE\/incoming\.tmp.*: its snapshots cannot be moved into BASE\/incoming.*EXDEV/,
    )
    expect(text).toMatch(/mount BASE instead/)
    expect([status, left]).toEqual([option === '--check' ? 1 : 2, []])
  })

  it('is told by process that a snapshot cannot leave the queue, when it checks and when it starts', async () => {
    for (const [option, code] of [
      [['--check'], 1],
      [[], 2],
    ] as const) {
      const { status, text, left } = await run('process', ['incoming'], ...option)
      expect(text).toMatch(
        /src-dir = BASE\/incoming.*: its snapshots cannot be moved into BASE\/incoming\.removing.*EXDEV/,
      )
      expect([status, left]).toEqual([code, []])
    }
  })

  it('is told by process that nothing can be put aside', async () => {
    const { status, text } = await run('process', ['quarantine'], '--check')
    expect([status, text]).toEqual([1, expect.stringMatching(/snapshots cannot be moved into BASE\/quarantine.*EXDEV/)])
  })

  it('is well when what holds them all is mounted', async () => {
    for (const program of ['pull', 'process'] as const) {
      const { status, left } = await run(program, [''], '--check')
      expect([status, left]).toEqual([0, []])
    }
  })
})
