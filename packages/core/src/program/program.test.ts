import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { optionTable } from '../../../../test/support/configuration.ts'
import { defaultFile } from './command-line.ts'
import { executeProgram, type ProgramDefinition } from './program.ts'
import { filesToRead } from './read-invoked.ts'

const program: ProgramDefinition = {
  name: 'haproxystats-process',
  summary: 'Processes.',
  table: optionTable,
  logging: ({ process }) => process,
  directoryOption: true,
  run: () => Promise.reject(new Error('these tests start nothing')),
}

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haproxystats-program-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

function write(name: string, content: string): string {
  const file = join(directory, name)
  writeFileSync(file, content)
  return file
}

async function execute(commandArguments: string[], definition = program) {
  const out: string[] = []
  const errors: string[] = []
  const output = { out: (text: string) => void out.push(text), error: (text: string) => void errors.push(text) }
  const code = await executeProgram(definition, commandArguments, output)
  return { code, out: out.join(''), errors: errors.join('') }
}

describe('-p', () => {
  it('prints the defaults, whatever the file says', async () => {
    const { code, out, errors } = await execute(['-p', '-f', '/nonexistent'])
    expect([code, errors]).toEqual([0, ''])
    expect(out).toMatch(/^\[DEFAULT\]\nloglevel = info\n[\s\S]*\n# \[graphite\]\n# enabled = true\n/)
    expect(out).not.toContain('[pull]')
  })
})

describe('-P', () => {
  it('prints what is in effect, and warns on standard error', async () => {
    const file = write('a.conf', '[paths]\nbase-dir = /b\n[graphite]\nprefix_hostname = no\n')
    const { code, out, errors } = await execute(['-P', '-f', file])
    expect(code).toBe(0)
    expect(out).toContain('\nsrc-dir = /b/incoming\n')
    expect(errors).toBe(
      `warning: ${file}:4: [graphite] prefix_hostname = no: has no effect; write prefix-hostname instead\n`,
    )
  })
})

describe('files and directories', () => {
  it('are read in order: the named file, then the directory by name', async () => {
    mkdirSync(join(directory, 'd'))
    const file = write('z.conf', '[process]\nworkers = 1\nliveness-check-interval = 1\n[graphite]\nport = 1\n')
    write('d/20.conf', '[process]\nworkers = 20\n')
    write('d/10.conf', '[process]\nworkers = 10\nliveness-check-interval = 10\n')
    const { out } = await execute(['-P', '-d', join(directory, 'd'), '-f', file])
    expect(out).toContain('\nworkers = 20\n')
    expect(out).toContain('\nliveness-check-interval = 10\n')
    expect(out).toContain('\nport = 1\n')
    const check = await execute(['--check', '-d', join(directory, 'd')])
    expect(check.out).toBe(`configuration OK: ${join(directory, 'd/10.conf')}, ${join(directory, 'd/20.conf')}\n`)
  })

  it('are the default file, which may be absent, only when none is named', () => {
    const list = (name: string) =>
      filesToRead({
        file: name.includes('f') ? '/f' : undefined,
        directory: name.includes('d') ? directory : undefined,
      })
    const listed = [{ file: write('a.conf', '') }, { file: write('b.conf', '') }]
    expect(list('')).toEqual({ files: [{ file: defaultFile, optional: true }], errors: [] })
    expect(list('f')).toEqual({ files: [{ file: '/f' }], errors: [] })
    expect(list('d')).toEqual({ files: listed, errors: [] })
    expect(list('fd')).toEqual({ files: [{ file: '/f' }, ...listed], errors: [] })
  })

  it('that were named must be there', async () => {
    expect(await execute(['-f', '/nonexistent/a.conf', '-d', '/nonexistent'])).toEqual({
      code: 2,
      out: '',
      errors: [
        '/nonexistent/a.conf: cannot be read: it does not exist',
        '/nonexistent: cannot be read: it does not exist',
        'haproxystats-process: 2 errors found; nothing was started',
        '',
      ].join('\n'),
    })
  })

  it('hide no mistake in those that can be read', async () => {
    const file = write('a.conf', '[process]\nworkers = 0\n')
    const { code, errors } = await execute(['--check', '-f', file, '-d', '/nonexistent'])
    expect(code).toBe(1)
    expect(errors).toContain('/nonexistent: cannot be read')
    expect(errors).toContain('workers = 0: expected')
  })
})

describe('--check', () => {
  it('tells of mistakes with exit code 1, and warnings first', async () => {
    const file = write('a.conf', '[graphite]\ntimeout = 1\nport = 0\n')
    expect(await execute(['--check', '-f', file])).toEqual({
      code: 1,
      out: '',
      errors: [
        `warning: ${file}:2: [graphite] timeout = 1: has no effect; write connect-timeout and write-timeout instead`,
        `${file}:3: [graphite] port = 0: expected a whole number from 1 to 65535`,
        'haproxystats-process: one error found; nothing was started',
        '',
      ].join('\n'),
    })
  })

  it('asks the program, and says where the option is set', async () => {
    const file = write('a.conf', '[paths]\nbase-dir = /b\n[process]\nsrc-dir = /b/in\n')
    const found = [
      { section: 'process', option: 'src-dir', found: '/b/in', message: 'cannot be written' },
      { section: 'graphite', option: 'server', found: 'x', message: 'cannot be resolved' },
      { section: 'local-store', message: 'is full' },
      { message: 'there is no such user' },
    ]
    const { code, errors } = await execute(['--check', '-f', file], { ...program, check: () => Promise.resolve(found) })
    expect(code).toBe(1)
    expect(errors.split('\n')).toEqual([
      `${file}:4: [process] src-dir = /b/in: cannot be written`,
      '[graphite] server = x: cannot be resolved',
      '[local-store]: is full',
      'there is no such user',
      'haproxystats-process: 4 errors found; nothing was started',
      '',
    ])
  })

  it('tells of what the program finds odd, and finds no mistake in it', async () => {
    const file = write('a.conf', '[process]\nsrc-dir = /b/in\n')
    const warnings = () => [{ section: 'process', option: 'src-dir', message: 'is empty' }]
    expect(await execute(['--check', '-f', file], { ...program, warnings })).toEqual({
      code: 0,
      out: `configuration OK, with one warning: ${file}\n`,
      errors: `warning: ${file}:2: [process] src-dir: is empty\n`,
    })
  })

  it('shows nothing that a terminal would act upon, from wherever it comes', async () => {
    const file = write('a.conf', '[process]\nworkers = 1\n')
    const error = { message: 'is \x1b[2J gone', hint: 'see /run/\u202ekcos.a' }
    const hostile = { ...program, check: () => [error], warnings: () => [error] }
    const shown = 'is \\u001b[2J gone; see /run/\\u202ekcos.a\n'
    const { errors } = await execute(['--check', '-f', file], hostile)
    expect(errors).toBe(`warning: ${shown}${shown}haproxystats-process: one error found; nothing was started\n`)
    const { out } = await execute(['--check', '-f', file], { ...program, notes: () => [error] })
    expect(out).toContain(`note: ${shown}`)
  })

  it('does not ask the program about a configuration that is mistaken', async () => {
    const file = write('a.conf', '[process]\nworkers = 0\n')
    const check = () => Promise.reject(new Error('asked'))
    expect(await execute(['--check', '-f', file], { ...program, check })).toMatchObject({ code: 1 })
  })
})
