import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '@haproxystats/core'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Program } from './support/program.ts'
import { temporaryDirectory } from './support/temporary.ts'
import { until } from './support/until.ts'

const titles = { process: 'PROCESS', process_workers: 'WORKERS', pull: 'PULL' } as const
type Check = keyof typeof titles
const checks = Object.keys(titles) as Check[]
const programOf = (check: Check) => (check === 'pull' ? 'haproxystats-pull' : 'haproxystats-process')
const scriptOf = (check: Check) =>
  fileURLToPath(new URL(`../contrib/nagios/check_haproxystats_${check}`, import.meta.url))

let base: string
let file: string
beforeEach(async () => {
  base = await temporaryDirectory()
  file = join(base, 'haproxystats.conf')
  await writeFile(file, `[paths]\nbase-dir = ${base}\n`)
})

function run(check: Check, ...args: string[]) {
  const { status, stdout, stderr, error } = spawnSync(scriptOf(check), args, { encoding: 'utf8', timeout: 20_000 })
  expect(error).toBeUndefined()
  return { status, stdout, stderr }
}

const words = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const

/** One line in the form of the Monitoring Plugins that says this, its exit code, and nothing else. */
function expectState(check: Check, args: readonly string[], word: (typeof words)[number], says: RegExp) {
  const { status, stdout, stderr } = run(check, '-f', file, ...args)
  const form = `^${titles[check]} ${word} - [^|\\n]+( \\|( [^ =]+=\\d+[a-z]*(;\\d*){0,4})+)?\\n$`
  expect(stdout).toMatch(new RegExp(form))
  expect(stdout).toMatch(says)
  expect([status, stderr]).toEqual([words.indexOf(word), ''])
}

/** Something that runs under the name of the program. */
function stand(program: string): number {
  const child = spawn('sleep', ['60'], { argv0: program, stdio: 'ignore' })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  return child.pid!
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
const secondsAgo = (seconds: number) => Math.trunc(Date.now() / 1000) - seconds

/** Writes the status of a program that runs, as `StatusFile` does. */
async function tell(check: Check, fields: Record<string, unknown>) {
  const program = programOf(check)
  const status = { program, pid: stand(program), version, start: ago(1000), ...fields }
  await writeFile(join(base, `${program}.status.json`), `${JSON.stringify(status, null, 2)}\n`)
}

/** As haproxystats-process tells it while all is well. */
function processing(over: Record<string, unknown> = {}) {
  const lane = { state: 'idle', waiting: 0, snapshots: 7, datapoints: 2793, retries: 0, replayed: 0, proof: 'closing' }
  return {
    lastScan: ago(1),
    queueSize: 2,
    oldest: 11,
    snapshots: { taken: 9, delivered: 7, waiting: 2, quarantined: 0, vanished: 0, leftOut: 0, dropped: 0 },
    dispatchers: { graphite: lane, 'graphite:second': lane, 'local-store': lane },
    workers: { configured: 4, threads: [{ id: 1, utilization: 0.25 }], waiting: 0, replaced: 0 },
    ...over,
  }
}

function source(name: string, state: string) {
  return { name, source: `unix:///run/${name}.sock`, state, since: ago(9) }
}

/** As haproxystats-pull tells it while all is well. */
function pulling(over: Record<string, unknown> = {}) {
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

describe('process', () => {
  it('is OK while it looks at its queue and delivers', async () => {
    await tell('process', processing())
    const says = /process \d+ looked at its queue \d+ s ago, 2 waiting, the oldest for 11 s \|/
    const data =
      / \| age=\d+s;30;60;0 queue=2;;;0 oldest=11s;;;0 delivered=7c quarantined=0c vanished=0c dropped=0c leftOut=0c\n$/
    expectState('process', [], 'OK', says)
    expectState('process', [], 'OK', data)
  })

  it('says so when nothing waits, and before its first look', async () => {
    await tell('process', processing({ start: ago(3), lastScan: undefined, oldest: undefined, queueSize: 0 }))
    expectState('process', [], 'OK', /queue \d s ago, 0 waiting \|/)
  })

  it.each([
    [40, 'WARNING', []],
    [70, 'CRITICAL', []],
    [40, 'OK', ['-w', '70', '-c', '70']],
    [70, 'CRITICAL', ['-w', '50', '-c', '60']],
    [70, 'WARNING', ['-c', '100']],
  ] as const)('that looked %i s ago is %s with %j', async (seconds, word, args) => {
    await tell('process', processing({ lastScan: ago(seconds) }))
    expectState('process', args, word, new RegExp(`queue ${seconds / 10}\\d s ago`))
  })

  it('is WARNING while a destination is failing, and says which and why', async () => {
    const lane = { state: 'failing', waiting: 1, reason: 'connect ECONNREFUSED 127.0.0.1:2003 | "x"' }
    await tell('process', processing({ dispatchers: { 'graphite:second': lane, graphite: { state: 'idle' } } }))
    const says = /; graphite:second is failing: connect ECONNREFUSED 127.0.0.1:2003 \? "x" \|/
    expectState('process', [], 'WARNING', says)
  })

  it('is WARNING while a destination loses snapshots, and says which', async () => {
    const lane = { state: 'delivering', waiting: 351, dropped: 3, dropping: true }
    await tell('process', processing({ dispatchers: { 'graphite:second': lane, graphite: { dropping: false } } }))
    expectState('process', [], 'WARNING', / s; graphite:second loses snapshots, its backlog is full \|/)
  })
})

describe('pull', () => {
  it('is OK while it publishes, whatever sockets nobody listens on any more', async () => {
    await tell('pull', pulling())
    const data =
      'sources=2;;;0 queue=1;;;0 published=9c incomplete=1c failed=0c dropped=0c queue-full=3c no-source=0c missed=0c'
    const says = new RegExp(`process \\d+: the newest snapshot is of \\d s ago \\| age=\\ds;30;60;0 ${data}\n`)
    expectState('pull', [], 'OK', says)
  })

  it.each([
    ['OK', 4],
    ['CRITICAL', 400],
  ] as const)('is %s without a snapshot %i s after the start', async (word, seconds) => {
    await tell('pull', pulling({ start: ago(seconds), lastPublished: undefined }))
    expectState('pull', [], word, /no snapshot in the \d+ s since the start/)
  })

  it.each([
    [40, 'WARNING', 10],
    [70, 'CRITICAL', 10],
    [70, 'OK', 30],
    [100, 'WARNING', 30],
    [200, 'CRITICAL', 30],
  ] as const)('whose newest snapshot is of %i s ago is %s with pull-interval %i', async (seconds, word, interval) => {
    await writeFile(file, `[paths]\nbase-dir = ${base}\n[pull]\npull-interval = ${interval}\n`)
    await tell('pull', pulling({ lastPublished: secondsAgo(seconds) }))
    expectState('pull', [], word, new RegExp(`of ${seconds / 10}\\d s ago`))
  })

  it('is WARNING when a source gave no answer, and says which', async () => {
    const sources = [source('one', 'failed'), source('two', 'answered'), source('three', 'failed')]
    await tell('pull', pulling({ sources }))
    expectState('pull', [], 'WARNING', /; no answer from one, three \|/)
  })

  it('is CRITICAL when no source answers, although snapshots that say so are published', async () => {
    await tell('pull', pulling({ sources: [source('one', 'failed')], lastComplete: secondsAgo(400) }))
    expectState('pull', [], 'CRITICAL', /no answer from one; the newest complete snapshot is of 40\d s ago \|/)
  })
})

describe('process_workers', () => {
  it.each([
    ['OK', 1, 0, 4],
    ['OK', 4, 9, 4],
    ['WARNING', 3, 9, 4],
    ['CRITICAL', 0, 0, 4],
    ['WARNING', 1, 0, 8],
  ] as const)(
    'is %s with %i alive, %i waiting, and %i configured in the file',
    async (word, alive, waiting, wanted) => {
      await writeFile(file, `[paths]\nbase-dir = ${base}\n[process]\nworkers = ${wanted}\n`)
      const threads = Array.from({ length: alive }, (_, id) => ({ id, utilization: 0 }))
      await tell('process', processing({ workers: { configured: 4, threads, waiting, replaced: 2 } }))
      const data = `workers=${alive};;;0;4 waiting=${waiting};;;0 replaced=2c`
      const restart = wanted === 4 ? '' : '; the configuration says 8: restart it'
      expectState('process_workers', [], word, new RegExp(` since the start${restart} \\| ${data}\n$`))
    },
  )

  it('is UNKNOWN when nothing is told of workers', async () => {
    await tell('process', processing({ workers: undefined }))
    expectState('process_workers', [], 'UNKNOWN', /tells nothing of workers/)
  })
})

describe.each(checks)('%s', (check) => {
  const told = () => tell(check, check === 'pull' ? pulling() : processing())
  const statusFile = () => join(base, `${programOf(check)}.status.json`)

  it('is CRITICAL when the program never ran, or is gone', async () => {
    expectState(check, [], 'CRITICAL', /haproxystats-\w+ is not running: there is no .*status\.json/)
    await tell(check, { pid: 4_194_305 })
    expectState(check, [], 'CRITICAL', /is not running: process 4194305 of .*status\.json is gone/)
  })

  it('is CRITICAL when its number belongs to something else', async () => {
    await tell(check, { pid: stand('another') })
    expectState(check, [], 'CRITICAL', /is not running: process \d+ of .* is gone/)
  })

  it.each([
    ['', /is not what haproxystats-\w+ writes/],
    ['{\n  "pid": 1,\n', /is not what haproxystats-\w+ writes/],
    ['{\n  "start": "2024-01-01T00:00:00.000Z"\n}\n', /has no pid/],
  ])('is UNKNOWN for a status file with %j', async (text, says) => {
    await writeFile(statusFile(), text)
    expectState(check, [], 'UNKNOWN', says)
  })

  it.runIf(process.getuid?.() === 0)('is UNKNOWN when it may not read the status file', async () => {
    await told()
    const elsewhere = await temporaryDirectory()
    const readable = join(elsewhere, 'haproxystats.conf')
    await cp(file, readable)
    await chmod(elsewhere, 0o755)
    const asNobody = ['--reuid=65534', '--clear-groups', 'sh', '-s', '-', '-f', readable]
    const input = readFileSync(scriptOf(check))
    const blocked = () => spawnSync('setpriv', asNobody, { encoding: 'utf8', timeout: 20_000, input }).stdout
    await chmod(statusFile(), 0o600)
    await chmod(base, 0o755)
    expect(blocked()).toMatch(/ UNKNOWN - .*json cannot be read by nobody; let the user/)
    await chmod(base, 0o700)
    expect(blocked()).toMatch(/ UNKNOWN - .* cannot be entered by nobody; let the user/)
  })

  it('is UNKNOWN for what it does not understand', async () => {
    await told()
    for (const args of [['-x'], ['-t'], ['-t', '0'], ['surplus'], ['-f', '/nonexistent']]) {
      expectState(check, args, 'UNKNOWN', /usage|seconds|cannot be read/)
    }
    const thresholds = check === 'process_workers' ? [] : ['-w x', '-c 1.5', '-w 9 -c 8']
    for (const args of thresholds) expectState(check, args.split(' '), 'UNKNOWN', /expected/)
  })

  it('is UNKNOWN when the answer takes longer than -t', () => {
    expect(spawnSync('mkfifo', [statusFile()]).status).toBe(0)
    expectState(check, ['-t', '1'], 'UNKNOWN', /no answer within 1 seconds/)
  })

  it('-t changes nothing in time', async () => {
    await told()
    expectState(check, ['-t', '15'], 'OK', /process|alive/)
  })

  it('-h shows the usage, -V the release', () => {
    const { status, stdout } = run(check, '-h')
    expect(status).toBe(0)
    for (const option of ['-f', '-t', '-h', '-V']) expect(stdout).toContain(`  ${option} `)
    expect(run(check, '-V')).toEqual({ status: 0, stdout: `check_haproxystats_${check} ${version}\n`, stderr: '' })
  })
})

it('what the programs themselves write is understood', async () => {
  await mkdir(join(base, 'sockets'))
  const pulled = `[pull]\nsocket-dir = ${base}/sockets\npull-interval = 1\npull-timeout = 0\n`
  const store = `[graphite]\nenabled = false\n[local-store]\ndir = ${base}/store\n`
  await writeFile(file, `[paths]\nbase-dir = ${base}\n${pulled}${store}`)
  const processes = [new Program('process', '-f', file), new Program('pull', '-f', file)]
  const allWell = () => checks.every((check) => run(check, '-f', file).stdout.includes(' OK - '))
  await until('both to tell of themselves', allWell)
  for (const program of processes) expect(await program.stop()).toBe(0)
  for (const check of checks) expectState(check, [], 'CRITICAL', /is not running/)
})
