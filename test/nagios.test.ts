import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isSnapshotName, version } from '@haproxystats/core'
import { answerHealth, healthStates } from '@haproxystats/core/health'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { health as processHealth } from '../packages/process/src/health.ts'
import { health as pullHealth } from '../packages/pull/src/health.ts'
import { optionTable } from './support/configuration.ts'
import { binOf, Program } from './support/program.ts'
import { temporaryDirectory } from './support/temporary.ts'
import { until } from './support/until.ts'

/** The checks of contrib/nagios: the program and the value of `--health` that each of them calls, and its title. */
const checks = {
  pull: { program: 'haproxystats-pull', health: 'status', title: 'PULL' },
  queue_size: { program: 'haproxystats-pull', health: 'queue', title: 'QUEUE' },
  process: { program: 'haproxystats-process', health: 'status', title: 'PROCESS' },
  process_workers: { program: 'haproxystats-process', health: 'workers', title: 'WORKERS' },
} as const
type Check = keyof typeof checks
type State = (typeof healthStates)[number]
const allChecks = Object.keys(checks) as Check[]
const statusChecks = ['pull', 'process', 'process_workers'] as const

const root = fileURLToPath(new URL('..', import.meta.url))
const scriptOf = (check: Check) => join(root, 'contrib/nagios', `check_haproxystats_${check}`)

let base: string
let file: string
let queue: string
beforeEach(async () => {
  base = await temporaryDirectory()
  file = join(base, 'haproxystats.conf')
  queue = join(base, 'incoming')
  mkdirSync(queue)
  configure('')
})

const configure = (text: string) => writeFileSync(file, `[paths]\nbase-dir = ${base}\n${text}`)

/** What the program prints and its exit code; in this process, because most of the time of another is its start. */
function ask(check: Check, ...args: string[]) {
  const { program, health } = checks[check]
  const definition =
    program === 'haproxystats-pull'
      ? { name: program, directoryOption: false, table: optionTable, health: pullHealth }
      : { name: program, directoryOption: true, table: optionTable, health: processHealth }
  return answerHealth(definition, [`--health=${health}`, '-f', file, ...args])
}

/** The script, with the programs where it finds them. */
function run(check: Check, args: readonly string[], { path = join(root, 'node_modules/.bin') } = {}) {
  const env = { ...process.env, PATH: `${path}:${process.env['PATH']}` }
  const { status, stdout, stderr, error } = spawnSync(scriptOf(check), args, { encoding: 'utf8', timeout: 50_000, env })
  expect(error).toBeUndefined()
  return { code: status, output: stdout, stderr }
}

/** One line in the form of the Monitoring Plugins that says this, and its exit code. */
function expectLine(
  check: Check,
  { output, code }: { output: string; code: number | null },
  state: State,
  says: RegExp,
) {
  const form = `^${checks[check].title} ${state} - [^|\\n]+( \\|( [^ =]+=\\d+[a-z]*(;\\d*){0,4})+)?\\n$`
  expect(output).toMatch(new RegExp(form))
  expect(output).toMatch(says)
  expect(code).toBe(healthStates.indexOf(state))
}

function expectState(check: Check, args: readonly string[], state: State, says: RegExp) {
  expectLine(check, ask(check, ...args), state, says)
}

/** Starts something under the name of a program and returns its process id. */
function startNamed(name: string): number {
  const child = spawn('sleep', ['60'], { argv0: name, stdio: 'ignore' })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  return child.pid!
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
const secondsAgo = (seconds: number) => Math.trunc(Date.now() / 1000) - seconds

const statusFile = (check: Check) => join(base, `${checks[check].program}.status.json`)

/** Writes the status of a program that runs, as `StatusFile` does. */
async function writeStatus(check: Check, fields: Record<string, unknown>) {
  const { program } = checks[check]
  const status = { program, pid: startNamed(program), version, start: ago(1000), ...fields }
  await writeFile(statusFile(check), `${JSON.stringify(status, null, 2)}\n`)
}

/** The fields of haproxystats-process while all is well. */
function processFields(over: Record<string, unknown> = {}) {
  const output = {
    state: 'idle',
    waiting: 0,
    snapshots: 7,
    datapoints: 2793,
    retries: 0,
    replayed: 0,
    proof: 'closing',
  }
  return {
    lastScan: ago(1),
    queueSize: 2,
    oldest: 11,
    snapshots: { taken: 9, delivered: 7, waiting: 2, quarantined: 0, vanished: 0, leftOut: 0, dropped: 0 },
    dispatchers: { graphite: output, 'graphite:second': output, 'local-store': output },
    workers: { configured: 4, threads: [{ id: 1, utilization: 0.25 }], waiting: 0, replaced: 0 },
    ...over,
  }
}

const source = (name: string, state: string) => ({ name, source: `unix:///run/${name}.sock`, state, since: ago(9) })

/** The fields of haproxystats-pull while all is well. */
function pullFields(over: Record<string, unknown> = {}) {
  return {
    lastTick: { slot: secondsAgo(0), time: ago(0) },
    lastPublished: secondsAgo(2),
    queueSize: 1,
    oldest: 2,
    sources: [source('a', 'answered'), source('b "quoted"', 'answered'), source('gone', 'stale')],
    published: 9,
    incomplete: 1,
    failed: 0,
    dropped: 0,
    skipped: { 'queue-full': 3, 'no-source': 0, taken: 0, behind: 0, missed: 0 },
    usedSlots: [[1, 2]],
    ...over,
  }
}

const writeHealthy = (check: Check) => writeStatus(check, check === 'pull' ? pullFields() : processFields())

describe('queue_size', () => {
  const makeSnapshots = (count: number) => {
    for (let index = 0; index < count; index += 1) mkdirSync(join(queue, String(1_700_000_000 + index)))
  }

  it.each([
    ['OK', 1, '-w 2 -c 4', '1 snapshot in '],
    ['OK', 2, '-w 2 -c 4', '2 snapshots in '],
    ['WARNING', 4, '-w 2 -c 4', '4 snapshots in '],
    ['CRITICAL', 5, '-w 2 -c 4', '5 snapshots in '],
    ['OK', 60, '', '60 snapshots'],
    ['WARNING', 61, '', '61 snapshots'],
    ['WARNING', 120, '', '120 snapshots'],
    ['CRITICAL', 121, '', '121 snapshots'],
  ] as const)('is %s with %i and %j', (state, count, args, says) => {
    makeSnapshots(count)
    const thresholds = args === '' ? '60;120' : '2;4'
    const line = new RegExp(`${says}.*/incoming \\| queue=${count};${thresholds};0\n`)
    expectState('queue_size', args.split(' ').filter(Boolean), state, line)
  })

  it('counts directories with names of snapshots only', () => {
    const names = ['1', '1700000000', '999999999999', '1000000000000', '007', '-1', '2e9', '1x', 'x1', '.5', '12 ']
    for (const name of names) mkdirSync(join(queue, name))
    writeFileSync(join(queue, '1700000001'), '')
    symlinkSync(base, join(queue, '1700000002'))
    expect(names.filter(isSnapshotName)).toHaveLength(3)
    expectState('queue_size', [], 'OK', / - 3 snapshots in /)
  })

  it.each([
    ['dst-dir', '[pull]\ndst-dir = @/a $$b | c', '/a $b ? c |'],
    [
      'references, in spite of mistakes elsewhere',
      '[x]\nhere = @\n[pull]\nworkers = x\ndst-dir = ${x:here}/incoming',
      '/incoming |',
    ],
    ['the default', '[DEFAULT]\ndst-dir = /elsewhere\n', '/incoming |'],
  ])('looks at %s', (_, text, shown) => {
    mkdirSync(join(base, 'a $b | c'))
    configure(text.replaceAll('@', base))
    const { output } = ask('queue_size')
    expect(output).toContain(`QUEUE OK - 0 snapshots in ${base}${shown}`)
  })

  it.each([
    ['dst-dir = /nonexistent/incoming', /the queue \/nonexistent\/incoming cannot be read/],
    ['dst-dir = /dev/null', /the queue \/dev\/null cannot be read/],
    ['dst-dir = incoming', /haproxystats\.conf:4: .*absolute path/],
    ['dst-dir =', /absolute path/],
    ['dst-dir = ${paths:nothing}', /\[pull\] dst-dir.*paths:nothing/],
    ['dst-dir = /a$b', /\[pull\] dst-dir.*\$\$/],
  ])('is UNKNOWN with %s', (option, says) => {
    configure(`[pull]\n${option}\n`)
    expectState('queue_size', [], 'UNKNOWN', says)
  })
})

describe('process', () => {
  it('is OK while the program looks at its queue and delivers', async () => {
    await writeStatus('process', processFields())
    const says =
      /process \d+ looked at its queue \d+ s ago, 2 waiting, the oldest for 11 s \| age=\d+s;30;60;0 queue=2;;;0 oldest=11s;;;0 delivered=7c quarantined=0c vanished=0c dropped=0c leftOut=0c\n$/
    expectState('process', [], 'OK', says)
  })

  it('is OK when nothing waits, and before the first look', async () => {
    const fields = processFields({ start: ago(3), lastScan: undefined, oldest: undefined, queueSize: 0 })
    await writeStatus('process', fields)
    expectState('process', [], 'OK', /queue \d s ago, 0 waiting \|/)
  })

  it.each([
    [40, 'WARNING', ''],
    [70, 'CRITICAL', ''],
    [40, 'OK', '-w 70 -c 70'],
    [70, 'WARNING', '-c 100'],
  ] as const)('whose last look is %i s old is %s with %j', async (seconds, state, args) => {
    await writeStatus('process', processFields({ lastScan: ago(seconds) }))
    expectState('process', args.split(' ').filter(Boolean), state, new RegExp(`queue ${seconds / 10}\\d s ago`))
  })

  it.each([
    [
      { state: 'failing', waiting: 1, reason: 'connect ECONNREFUSED 127.0.0.1:2003 | "x"' },
      / s; graphite:second is failing: connect ECONNREFUSED 127.0.0.1:2003 \? "x" \|/,
    ],
    [
      { state: 'delivering', waiting: 351, dropped: 3, dropping: true },
      / s; graphite:second loses snapshots, its backlog is full \|/,
    ],
  ])('is WARNING while an output is %j', async (output, says) => {
    const dispatchers = { 'graphite:second': output, graphite: { state: 'idle', dropping: false } }
    await writeStatus('process', processFields({ dispatchers }))
    expectState('process', [], 'WARNING', says)
  })
})

describe('pull', () => {
  it('is OK while it publishes, whatever the number of stale sockets', async () => {
    await writeStatus('pull', pullFields())
    const data =
      'sources=2;;;0 queue=1;;;0 published=9c incomplete=1c failed=0c dropped=0c queue-full=3c no-source=0c missed=0c'
    expectState('pull', [], 'OK', new RegExp(`newest snapshot is \\d s old \\| age=\\ds;30;60;0 ${data}\n`))
  })

  it.each([
    ['OK', 4],
    ['CRITICAL', 400],
  ] as const)('is %s without a snapshot %i s after the start', async (state, seconds) => {
    await writeStatus('pull', pullFields({ start: ago(seconds), lastPublished: undefined }))
    expectState('pull', [], state, /no snapshot in the \d+ s since the start/)
  })

  it.each([
    [40, 'WARNING', 10],
    [70, 'CRITICAL', 10],
    [70, 'OK', 30],
    [100, 'WARNING', 30],
    [200, 'CRITICAL', 30],
  ] as const)('whose newest snapshot is %i s old is %s with pull-interval %i', async (seconds, state, interval) => {
    configure(`[pull]\npull-interval = ${interval}\n`)
    await writeStatus('pull', pullFields({ lastPublished: secondsAgo(seconds) }))
    expectState('pull', [], state, new RegExp(`is ${seconds / 10}\\d s old`))
  })

  it('is WARNING when a source gave no answer, CRITICAL when none did', async () => {
    const [one, two, three] = [source('one', 'failed'), source('two', 'answered'), source('three', 'failed')]
    await writeStatus('pull', pullFields({ sources: [one, two, three] }))
    expectState('pull', [], 'WARNING', /; no answer from one, three \|/)
    await writeStatus('pull', pullFields({ sources: [one], lastComplete: secondsAgo(400) }))
    expectState('pull', [], 'CRITICAL', /no answer from one; newest complete snapshot is 40\d s old \|/)
  })
})

describe('process_workers', () => {
  it.each([
    ['OK', 1, 0, 4],
    ['OK', 4, 9, 4],
    ['WARNING', 3, 9, 4],
    ['CRITICAL', 0, 0, 4],
    ['WARNING', 1, 0, 8],
  ] as const)('is %s with %i alive, %i waiting, and %i in the configuration', async (state, alive, waiting, wanted) => {
    configure(`[process]\nworkers = ${wanted}\n`)
    const threads = Array.from({ length: alive }, (_, id) => ({ id, utilization: 0 }))
    await writeStatus('process', processFields({ workers: { configured: 4, threads, waiting, replaced: 2 } }))
    const data = `workers=${alive};;;0;4 waiting=${waiting};;;0 replaced=2c`
    const restart = wanted === 4 ? '' : '; the configuration says 8: restart it'
    expectState('process_workers', [], state, new RegExp(` since the start${restart} \\| ${data}\n$`))
  })

  it('is UNKNOWN without workers in the status file', async () => {
    await writeStatus('process', processFields({ workers: undefined }))
    expectState('process_workers', [], 'UNKNOWN', /says nothing of workers/)
  })
})

describe.each(statusChecks)('%s', (check) => {
  it('is CRITICAL when the program never ran, is gone, or its number belongs to another', async () => {
    expectState(check, [], 'CRITICAL', /haproxystats-\w+ is not running: there is no .*status\.json/)
    await writeStatus(check, { pid: 4_194_305 })
    expectState(check, [], 'CRITICAL', /is not running: process 4194305 of .*status\.json is gone/)
    await writeStatus(check, { pid: startNamed('another') })
    expectState(check, [], 'CRITICAL', /is not running: process \d+ of .* is gone/)
  })

  it.each([
    ['', /is not what haproxystats-\w+ writes/],
    ['{\n  "pid": 1,\n', /is not what haproxystats-\w+ writes/],
    ['{\n  "start": "2024-01-01T00:00:00.000Z"\n}\n', /has no pid/],
  ])('is UNKNOWN for a status file with %j', async (text, says) => {
    await writeFile(statusFile(check), text)
    expectState(check, [], 'UNKNOWN', says)
  })

  it('waits for no FIFO in the place of the status file', () => {
    expect(spawnSync('mkfifo', [statusFile(check)]).status).toBe(0)
    expectState(check, [], 'UNKNOWN', /cannot be read by .*FIFO/)
  })
})

describe.each(allChecks)('%s', (check) => {
  it.each([
    ['-x', /unknown option '-x'; -h shows the usage/],
    ['-t', /argument missing/],
    ['-t 0', /seconds/],
    ['surplus', /unexpected argument 'surplus'/],
    ['--check', /cannot be used with/],
    ['-f /nonexistent', /\/nonexistent: cannot be read: it does not exist/],
    ['-f /tmp', /\/tmp: cannot be read: .*directory/],
  ])('is UNKNOWN with %s', async (args, says) => {
    if (check !== 'queue_size') await writeHealthy(check)
    expectState(check, args.split(' '), 'UNKNOWN', says)
  })

  it.each(['-w x', '-c 1.5', '-w -1', '-w 9999999999', '-w 9 -c 8'])('is UNKNOWN with %s', (args) => {
    const says = check === 'process_workers' ? /takes no --(warning|critical)/ : /expected/
    expectState(check, args.split(' '), 'UNKNOWN', says)
  })
})

describe('a script', () => {
  it.each(allChecks)('%s is a few lines that call the program', (check) => {
    const text = readFileSync(scriptOf(check), 'utf8')
    expect(text.split('\n').length).toBeLessThan(25)
    expectLine(check, run(check, ['-f', '/nonexistent']), 'UNKNOWN', /cannot be read: it does not exist/)
    expect(run(check, ['-V'])).toEqual({ code: 0, output: `check_haproxystats_${check} ${version}\n`, stderr: '' })
  })

  it('shows the help of the program with -h', () => {
    const { code, output } = run('pull', ['-h'])
    expect(code).toBe(0)
    for (const option of ['-f, ', '-w, ', '-c, ', '-t, ', '-h, ', '--health ']) expect(output).toContain(`  ${option}`)
  })

  it('of queue_size has -o and -w for what the others call -w and -c', () => {
    for (const name of ['1', '2', '3']) mkdirSync(join(queue, name))
    for (const args of [
      ['-o', '1', '-w', '2'],
      ['-o1', '-w2'],
    ]) {
      expectLine('queue_size', run('queue_size', ['-f', file, ...args]), 'CRITICAL', /\| queue=3;1;2;0\n/)
    }
  })

  it('is UNKNOWN where the program is not installed', async () => {
    const text = readFileSync(scriptOf('pull'), 'utf8').replace(/^PATH=.*/m, 'PATH=/nonexistent')
    const { stdout, status } = spawnSync('/bin/sh', ['-s'], { encoding: 'utf8', input: text })
    expect({ stdout, status }).toEqual({
      stdout: 'PULL UNKNOWN - haproxystats-pull is not in PATH (/nonexistent)\n',
      status: 3,
    })
  })

  it('is UNKNOWN when the answer takes longer than -t', () => {
    const slow = join(base, 'slow.mjs')
    writeFileSync(
      slow,
      'if (process.env.HAPROXYSTATS_HEALTH_LIMITED) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
    )
    const env = { ...process.env, NODE_OPTIONS: `--import=${slow}` }
    const { stdout, status } = spawnSync(process.execPath, [binOf('pull'), '--health', '-t', '1'], {
      encoding: 'utf8',
      env,
    })
    expectLine('pull', { output: stdout, code: status }, 'UNKNOWN', /timeout: no answer within 1 s/)
  })

  it.runIf(process.getuid?.() === 0)('is UNKNOWN when its user may not read the status file', async () => {
    await writeStatus('pull', pullFields())
    const elsewhere = await temporaryDirectory()
    const readable = join(elsewhere, 'haproxystats.conf')
    await cp(file, readable)
    await chmod(elsewhere, 0o755)
    const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` }
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', '-s', '-', '-f', readable]
    const input = readFileSync(scriptOf('pull'))
    const answer = () => spawnSync('setpriv', asNobody, { encoding: 'utf8', timeout: 50_000, input, env }).stdout
    await chmod(base, 0o755)
    await chmod(statusFile('pull'), 0o640)
    expect(answer()).toMatch(/ UNKNOWN - .*json cannot be read by nobody: EACCES.*; let the user .* group haproxystats/)
    await chmod(base, 0o700)
    expect(answer()).toMatch(/ UNKNOWN - .* cannot be read by nobody/)
    await chmod(base, 0o755)
    await chmod(statusFile('pull'), 0o644)
    expect(answer()).toMatch(/^PULL OK - /)
  })
})

it('understands what the programs themselves write', async () => {
  await mkdir(join(base, 'sockets'))
  configure(
    `[pull]\nsocket-dir = ${base}/sockets\npull-interval = 1\npull-timeout = 0\n[graphite]\nenabled = false\n[local-store]\ndir = ${base}/store\n`,
  )
  const programs = [new Program('process', '-f', file), new Program('pull', '-f', file)]
  await until('both to be well', () => allChecks.every((check) => ask(check).code === 0))
  expectLine('pull', run('pull', ['-f', file, '-t', '40']), 'OK', /snapshot/)
  for (const program of programs) expect(await program.stop()).toBe(0)
  expect(existsSync(statusFile('pull'))).toBe(true)
  for (const check of statusChecks) expectState(check, [], 'CRITICAL', /is not running/)
})
