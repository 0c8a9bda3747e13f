import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '@haproxystats/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fakeHaproxy } from './support/fake-haproxy.ts'
import { binOf } from './support/program.ts'
import { temporaryDirectory } from './support/temporary.ts'
import { until } from './support/until.ts'

const fixture = fileURLToPath(new URL('support/fixture-program.mjs', import.meta.url))
const bins = { 'haproxystats-pull': binOf('pull'), 'haproxystats-process': binOf('process') }

/** A started program whose output is collected; killed at the latest when the test has finished. */
function start(script: string, commandArguments: string[], behaviour = 'finish') {
  const child = spawn(process.execPath, [script, ...commandArguments], {
    env: { ...process.env, FIXTURE: behaviour },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { out: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.errors += text
  })
  const closed = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await closed
  })
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    said: (text: string) => until(text, () => output.out.includes(text)),
    ended: async () => {
      await closed
      return { ...output, code: child.exitCode ?? child.signalCode }
    },
  }
}

function run(script: string, commandArguments: string[], behaviour?: string) {
  return start(script, commandArguments, behaviour).ended()
}

async function configuration(text = ''): Promise<string> {
  const path = join(await temporaryDirectory(), 'haproxystats.conf')
  await writeFile(path, text)
  return path
}

/** The log: one object a line, and nothing else on standard output. */
function lines(out: string): { level: number; msg: string; [fact: string]: unknown }[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

describe('a program that runs', () => {
  it('logs its files and warnings at the level of its section, and ends with 0', async () => {
    const path = await configuration('[process]\nloglevel = debug\nworkers = 3\n[graphite]\nprefix_hostname = no\n')
    const { code, out, errors } = await run(fixture, ['-f', path])
    expect([code, errors]).toEqual([0, ''])
    expect(lines(out)).toMatchObject([
      {
        level: 40,
        msg: `${path}:5: [graphite] prefix_hostname = no: has no effect; write prefix-hostname instead`,
        line: 5,
      },
      { level: 30, msg: 'starting', files: [path], program: 'haproxystats-fixture' },
      { level: 20, msg: 'running', workers: 3 },
      { level: 30, msg: 'stopped' },
    ])
  })

  it('says nothing below its level', async () => {
    const path = await configuration('[DEFAULT]\nloglevel = critical\n[graphite]\ntimeout = 1\n')
    expect(await run(fixture, ['-f', path])).toEqual({ code: 0, out: '', errors: '' })
  })

  it('ends even when its work left something running', async () => {
    const { code, out } = await run(fixture, ['-f', await configuration()], 'leave something running')
    expect([code, lines(out).at(-1)?.msg]).toEqual([0, 'stopped'])
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('stops by %s and ends with 0', async (signal) => {
    const program = start(fixture, ['-f', await configuration()], 'linger')
    await program.said('ready')
    program.kill(signal)
    const { code, out, errors } = await program.ended()
    expect([code, errors]).toEqual([0, ''])
    expect(lines(out).slice(-3)).toMatchObject([
      { msg: 'stopping', signal },
      { msg: 'told to stop', reason: signal },
      { msg: 'stopped' },
    ])
  })

  it('takes what is thrown because it was stopped for a stop', async () => {
    const program = start(fixture, ['-f', await configuration()], 'throw when stopped')
    await program.said('ready')
    program.kill('SIGTERM')
    const { code, out } = await program.ended()
    expect([code, lines(out).at(-1)]).toMatchObject([0, { level: 30, msg: 'stopped' }])
  })

  it('is killed by a second signal, whatever it is', async () => {
    const program = start(fixture, ['-f', await configuration()], 'ignore the signal')
    await program.said('ready')
    program.kill('SIGTERM')
    await program.said('will not stop')
    program.kill('SIGHUP')
    expect(await program.ended()).toMatchObject({ code: 'SIGHUP', errors: '' })
  })
})

describe('a program that fails', () => {
  const foreseen = { msg: 'graphite.example.com took no batch', code: 'DESTINATION', attempts: 3 }
  const defect = (message: string) => ({ version, err: { type: 'TypeError', message } })

  it.each([
    ['fail as foreseen', 1, foreseen],
    ['fail as foreseen, unseen', 1, foreseen],
    ['fail by a defect', 70, defect('rows is undefined')],
    ['reject unseen', 70, defect('nobody waits for this')],
    ['throw in a timer', 70, defect('nobody catches this')],
    ['throw a string', 70, { err: 'nothing useful' }],
  ])('%s: exit code %i, and a stack only for a defect', async (behaviour, exitCode, facts) => {
    const { code, out, errors } = await run(fixture, ['-f', await configuration()], behaviour)
    expect([code, errors]).toEqual([exitCode, ''])
    const last = lines(out).at(-1)!
    expect(last).toMatchObject({ level: 60, ...facts })
    expect(JSON.stringify(last).includes('fixture-program.mjs')).toBe(JSON.stringify(facts).includes('TypeError'))
  })
})

it('a log that goes to the journal has priorities, as its first line shows', async () => {
  const directory = await temporaryDirectory()
  const path = await configuration(
    `[DEFAULT]\nlog-format = text\n[paths]\nbase-dir = ${directory}\n[graphite]\ntimeout = 1\n`,
  )
  const log = join(directory, 'journal')
  const script = ': >"$0"; export JOURNAL_STREAM=$(stat -c %d:%i "$0"); exec "$@" >>"$0"'
  const child = spawn('/bin/sh', ['-c', script, log, process.execPath, fixture, '-f', path])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'exit')
  const lines = (await readFile(log, 'utf8')).split('\n')
  expect(lines[0]).toMatch(/^<4>\[\d{4}-.*WARN.*has no effect; write connect-timeout/)
  expect(lines[1]).toMatch(/^<6>\[.*INFO.*starting/)
})

describe('a mistaken configuration', () => {
  it('ends with 2 before anything is started or logged', async () => {
    const path = await configuration('[process]\nworkers = many\n[pull]\nqueue-sizes = 3\n')
    expect(await run(fixture, ['-f', path], 'linger')).toEqual({
      code: 2,
      out: '',
      errors: [
        `${path}:2: [process] workers = many: expected a whole number from 1 to 256`,
        `${path}:4: [pull] queue-sizes = 3: no such option; did you mean queue-size?`,
        'haproxystats-fixture: 2 errors found; nothing was started',
        '',
      ].join('\n'),
    })
  })

  it('is refused also from a file that is absent', async () => {
    const { code, out, errors } = await run(fixture, ['-f', '/nonexistent/a.conf'])
    expect([code, out]).toEqual([2, ''])
    expect(errors).toMatch(/^\/nonexistent\/a\.conf: cannot be read: it does not exist\n/)
  })
})

it('a reader that has seen enough ends a print without a word', async () => {
  const child = spawn('bash', ['-o', 'pipefail', '-c', '"$0" "$1" --print | true', process.execPath, fixture], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const [code] = await once(child, 'close')
  expect([code, Buffer.concat(errors).toString()]).toEqual([0, ''])
})

describe.each(Object.entries(bins))('%s', (name, bin) => {
  it('shows its version and its help', async () => {
    expect(await run(bin, ['-v'])).toEqual({ code: 0, out: `${version}\n`, errors: '' })
    const help = await run(bin, ['--help'])
    expect(help).toMatchObject({ code: 0, errors: '', out: expect.stringContaining(`Usage: ${name} [options]`) })
    expect(help.out.includes('--dir')).toBe(name === 'haproxystats-process')
  })

  it('prints default settings that are the settings in effect', async () => {
    const { code, out, errors } = await run(bin, ['-p'])
    expect([code, errors]).toEqual([0, ''])
    const path = await configuration(out)
    const effective = await run(bin, ['-P', '-f', path])
    expect(effective).toMatchObject({ code: 0, errors: '' })
    expect(await run(bin, ['-P', '-f', await configuration()])).toEqual(effective)
    expect(await run(bin, ['-P', '-f', await configuration(effective.out)])).toEqual(effective)
  })

  it('refuses an unknown option with the nearest', async () => {
    const errors = `${name}: unknown option '--chekc'; did you mean --check?\nTry '${name} --help' for the options.\n`
    expect(await run(bin, ['--chekc'])).toEqual({ code: 2, out: '', errors })
  })

  it('checks the whole configuration and starts nothing', async () => {
    const path = await configuration('[graphite]\nport = none\n[pull]\npull-timeout = 60\n')
    expect(await run(bin, ['--check', '-f', path])).toEqual({
      code: 1,
      out: '',
      errors: [
        `${path}:2: [graphite] port = none: expected a whole number from 1 to 65535`,
        `${path}:4: [pull] pull-timeout = 60: expected at most pull-interval, which is 10 by default; 0 for no limit but pull-interval`,
        `${name}: 2 errors found; nothing was started`,
        '',
      ].join('\n'),
    })
  })

  it('finds a good configuration good', async () => {
    const directory = await temporaryDirectory()
    const haproxy = await fakeHaproxy()
    const path = await configuration(
      `[paths]\nbase-dir = ${directory}\n[pull]\nservers = ${haproxy.address}\nfsync = yes\n[local-store]\ndir = ${directory}/store\n`,
    )
    expect(await run(bin, ['--check', '-f', path])).toEqual({ code: 0, out: `configuration OK: ${path}\n`, errors: '' })
  })
})

it('a pull-timeout of pull-interval, as in the example of haproxystats 0.5.2, is told of and good', async () => {
  const haproxy = await fakeHaproxy()
  const path = await configuration(
    `[paths]\nbase-dir = ${await temporaryDirectory()}/not/yet\n[pull]\nservers = ${haproxy.address}\npull-timeout = 10\npull-interval = 10\n`,
  )
  const { code, out, errors } = await run(bins['haproxystats-pull'], ['--check', '-f', path])
  expect([code, errors]).toEqual([0, ''])
  const note = 'equal to pull-interval: a pull ends a little before the next begins in any case; write 0 for no other'
  expect(out).toContain(`note: ${path}:5: [pull] pull-timeout = 10: ${note}`)
})

it('the check of a file that sets nothing warns that there is nothing to read, and no output', async () => {
  const directory = await temporaryDirectory()
  const path = await configuration(`[paths]\nbase-dir = ${directory}\n`)
  const told = {
    'haproxystats-pull': '[pull]: no source; set socket-dir to',
    'haproxystats-process': 'no output: nothing becomes of the snapshots; add [graphite] with server and port,',
  }
  for (const [name, warning] of Object.entries(told)) {
    const { code, out, errors } = await run(bins[name as keyof typeof bins], ['--check', '-f', path])
    expect(code).toBe(0)
    expect(out).toContain(`configuration OK, with one warning: ${path}\n`)
    expect(errors).toContain(`warning: ${warning}`)
  }
})

it('haproxystats-process does not start without an output, and says what to add', async () => {
  const path = await configuration(`[paths]\nbase-dir = ${await temporaryDirectory()}\n`)
  const { code, out, errors } = await run(bins['haproxystats-process'], ['-f', path])
  expect([code, out]).toEqual([2, ''])
  expect(errors).toContain(`no output: nothing becomes of the snapshots; add [graphite] with server and port`)
})

it('the check of a file of haproxystats 0.5.2 says what changes, and finds nothing wrong with that', async () => {
  const directory = await temporaryDirectory()
  const old = `[paths]\nbase-dir = ${directory}\n[process]\nserver-metrics = scur\n[graphite]\nprefix_hostname = no\n`
  const path = await configuration(old)
  const { code, out, errors } = await run(bins['haproxystats-process'], ['--check', '-f', path])
  expect([code, errors]).toEqual([
    0,
    `warning: ${path}:6: [graphite] prefix_hostname = no: has no effect; write prefix-hostname instead\n`,
  ])
  expect(out.split('\n')).toEqual([
    expect.stringMatching(
      `^note: ${path}:4: \\[process\\] server-metrics = scur: exactly these are sent; .* throttle `,
    ),
    expect.stringMatching(`^note: ${path}:2: \\[paths\\] base-dir = .*: dst-dir of \\[pull\\], .* are now below`),
    `configuration OK, with one warning: ${path}`,
    '',
  ])
})
