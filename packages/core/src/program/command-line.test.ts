import { describe, expect, it } from 'vitest'
import { version } from '../status.ts'
import { readCommandLine } from './command-line.ts'

const health = [{ name: 'status', summary: 'age' }]
const pull = { name: 'haproxystats-pull', summary: 'Pulls.', directoryOption: false, health }
const process = { name: 'haproxystats-process', summary: 'Processes.', directoryOption: true }
const nothing = { action: 'run', file: undefined, directory: undefined }

describe('readCommandLine', () => {
  it.each([
    ['', nothing],
    ['-f /a.conf', { ...nothing, file: '/a.conf' }],
    ['--file /a.conf -P', { ...nothing, action: 'print-configuration', file: '/a.conf' }],
    ['--file=/a.conf --check', { ...nothing, action: 'check', file: '/a.conf' }],
    ['-d /etc/h.d', { ...nothing, directory: '/etc/h.d' }],
    ['--dir /etc/h.d --file /a', { ...nothing, directory: '/etc/h.d', file: '/a' }],
    ['-p', { ...nothing, action: 'print-defaults' }],
    ['--print', { ...nothing, action: 'print-defaults' }],
    ['--print-conf', { ...nothing, action: 'print-configuration' }],
  ])('understands %j', (line, invocation) => {
    expect(readCommandLine(process, line.split(' ').filter(Boolean))).toEqual(invocation)
  })

  it('knows what a program can do besides', () => {
    const own = {
      ...pull,
      commands: [
        { name: 'once', summary: 'Once.' },
        { name: 'probe', summary: 'Asks.' },
      ],
    }
    const read = (line: string) => readCommandLine(own, line.split(' '))
    expect(read('--once')).toEqual({ ...nothing, action: 'command', command: 'once' })
    expect(read('-f /a --probe')).toEqual({ ...nothing, action: 'command', command: 'probe', file: '/a' })
    for (const line of ['--once --probe', '--check --once', '--once -p', '-P --probe']) {
      expect(read(line), line).toMatchObject({ code: 2, errors: expect.stringContaining('cannot be used with') })
    }
    expect(read('--onec')).toMatchObject({ errors: expect.stringContaining('did you mean --once?') })
    expect(readCommandLine(pull, ['--once'])).toMatchObject({ code: 2 })
  })

  it.each([
    ['--fil x', "unknown option '--fil'; did you mean --file?"],
    ['--prnt-conf', "unknown option '--prnt-conf'; did you mean --print-conf?"],
    ['--hlep', "unknown option '--hlep'; did you mean --help?"],
    ['--zzzzzz', "unknown option '--zzzzzz'"],
    ['-d /x', "unknown option '-d'"],
    ['-w 5', "option '-w, --warning <number>' needs --health"],
    ['--check --health', "option '--check' cannot be used with option '--health [check]'"],
    ['check', "unexpected argument 'check'; did you mean --check?"],
    ['/etc/haproxystats.conf', "unexpected argument '/etc/haproxystats.conf'"],
    ['-f', "option '-f, --file <file>' argument missing"],
    ['-p --check', "option '-p, --print' cannot be used with option '--check'"],
    ['-p -P', "option '-p, --print' cannot be used with option '-P, --print-conf'"],
    ['-P --check', "option '-P, --print-conf' cannot be used with option '--check'"],
  ])('refuses %j', (line, message) => {
    expect(readCommandLine(pull, line.split(' '))).toEqual({
      code: 2,
      output: '',
      errors: `haproxystats-pull: ${message}\nTry 'haproxystats-pull --help' for the options.\n`,
    })
  })

  it.each(['-v', '--version'])('answers %s', (option) => {
    expect(readCommandLine(pull, [option])).toEqual({ code: 0, output: `${version}\n`, errors: '' })
  })

  it.each(['-h', '--help'])('answers %s', (option) => {
    const answer = readCommandLine(process, [option])
    expect(answer).toMatchObject({ code: 0, errors: '' })
    for (const flag of [
      '-f, --file <file>',
      '-d, --dir <dir>',
      '-p, --print',
      '-P, --print-conf',
      '--check',
      '-v, --version',
    ]) {
      expect(answer).toMatchObject({ output: expect.stringContaining(flag) })
    }
    expect(readCommandLine(pull, [option])).toMatchObject({ output: expect.not.stringContaining('--dir') })
  })
})
