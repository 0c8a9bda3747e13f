/** That a full or read-only disk is named as such, whatever a program wanted of it. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ProgramName, runProgram } from '../support/program.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** Starts a program of which calls on some paths fail, and returns how it ended and what it said. */
async function start(program: ProgramName, file: string, injection: string, paths: readonly string[]) {
  const only = paths.flatMap((path) => ['-P', path])
  const tracing = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `inject=${injection}`, ...only]
  const { code, out, errors } = await runProgram(program, ['-f', file], tracing)
  return { status: code, said: out.split('\n').at(-2) ?? '', errors }
}

async function configured(...directories: string[]): Promise<{ base: string; file: string }> {
  const base = await temporaryDirectory()
  const file = join(base, 'both.conf')
  for (const directory of directories) await mkdir(join(base, directory), { mode: 0o750 })
  await writeFile(file, `[paths]\nbase-dir = ${base}\n[pull]\nservers = unix:///nonexistent\n[local-store]\n`)
  return { base, file }
}

const full = /ENOSPC: no space left on device.*the disk is full, by bytes or by inodes \(df, df -i\)/

test.each([
  ['pull', [], 'incoming', /dst-dir = .*incoming: cannot be made/],
  ['process', [], 'incoming', /cannot make the queue .*incoming/],
  ['process', ['incoming'], 'incoming.removing', /cannot prepare .*incoming\.removing/],
] as const)('%s on a full disk with %j says so, and may be started again', async (program, there, missing, what) => {
  const { base, file } = await configured(...there)
  const { status, said } = await start(program, file, 'mkdir:error=ENOSPC', [join(base, missing)])
  expect(said).toMatch(what)
  expect(said).toMatch(full)
  expect(said).toMatch(/"code":"QUEUE_IO"/)
  expect(status).toBe(1)
  expect(await readdir(base)).not.toContain(missing)
})

test.each(['pull', 'process'] as const)(
  '%s on a read-only file system says so, not to whom it should belong',
  async (program) => {
    const { base, file } = await configured('incoming', 'incoming.tmp')
    const { errors } = await start(program, file, 'access,faccessat,faccessat2:error=EROFS', [join(base, 'incoming')])
    expect(errors).toMatch(
      /incoming: cannot be written to \(EROFS: .*\); the file system is read-only; has it failed\?/,
    )
    expect(errors).not.toMatch(/chown/)
  },
)
