import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from './support/temporary.ts'
import { until } from './support/until.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const snapshotLine = /^\d\d:\d\d:\d\d {2}\d+ process(?:es)?, [1-9]\d* datapoints in \d+\.\d{3} s, queue \d+$/gm

interface Launcher {
  readonly process: ChildProcess
  /** What it has written so far to both outputs, without what a terminal acts upon. */
  text(): string
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>
}

let directory: string
beforeEach(async () => {
  directory = await temporaryDirectory()
})

const launch = (...args: string[]) =>
  run([process.execPath, 'scripts/start.mjs', '--var', join(directory, 'var'), ...args])

function run([command, ...args]: string[]): Launcher {
  const child = spawn(command!, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part))
  const launcher = {
    process: child,
    text: () => text.replace(/\x1b\[[?\d]*[A-Za-z]|\r/g, ''),
    ended: once(child, 'close').then(([code]) => code),
  }
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await launcher.ended
  })
  return launcher
}

/** The processes that a launcher says it started, as far as they run. */
function running(text: string): number[] {
  const pids = [...text.matchAll(/^started .* \(process (\d+)\)/gm)].map(([, pid]) => Number(pid))
  expect(pids.length).toBeGreaterThanOrEqual(2)
  return pids.filter(
    (pid) => existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8')),
  )
}

const snapshotsIn = (text: string) => text.match(snapshotLine)?.length ?? 0

/** Waits for the first snapshot. */
async function firstSnapshot(launcher: Launcher) {
  await until('a snapshot', () => {
    if (launcher.process.exitCode !== null) throw new Error(`the launcher has ended:\n${launcher.text()}`)
    return snapshotsIn(launcher.text()) > 0
  })
}

describe('npm start', { timeout: 90_000 }, () => {
  it('shows snapshots and the page, refuses a second launcher, and ends with success on SIGINT', async () => {
    const launcher = launch()
    await firstSnapshot(launcher)
    const [, address] = /^the page of all processes is (.*)$/m.exec(launcher.text()) ?? []
    const answer = await fetch(new URL('ready', address))
    expect([answer.status, await answer.text()]).toEqual([200, 'ready\n'])
    expect(await (await fetch(address!)).text()).toContain('<div id="page">')
    expect(launcher.text()).not.toContain('error:')
    const second = launch()
    expect(await second.ended).toBe(1)
    expect(second.text()).toContain('Another npm start is running in ')
    launcher.process.kill('SIGINT')
    expect(await launcher.ended, launcher.text()).toBe(0)
    expect(launcher.text()).toMatch(/\nended: /)
    expect(running(launcher.text())).toEqual([])
  })

  it('ends after so many snapshots, with datapoints in local-store and a table on a terminal', async () => {
    const command = `${process.execPath} scripts/start.mjs --var ${join(directory, 'var')} --snapshots 2`
    const launcher = run(['script', '-qec', command, '/dev/null'])
    expect(await launcher.ended, launcher.text()).toBe(0)
    expect(snapshotsIn(launcher.text())).toBeGreaterThanOrEqual(2)
    expect(launcher.text()).toMatch(/ended: \d+ snapshots?, \d+ datapoints; /)
    expect(launcher.text()).toMatch(/name +requests\/s +sessions +errors\/s +servers up/)
    expect(launcher.text()).toMatch(/^backend +pages +.*2 of 3/m)
    expect(running(launcher.text())).toEqual([])
    const stored = readdirSync(join(directory, 'var/lib/local-store'))
    expect(stored.length).toBeGreaterThanOrEqual(2)
    const datapoints = readFileSync(join(directory, 'var/lib/local-store', stored[0]!, 'stats'), 'utf8')
    expect(datapoints).toMatch(/^loadbalancers\.\S+\.haproxy\.daemon\.\S+ \S+ \d+$/m)
  })

  it('leaves no process when it is killed, and can be started again', async () => {
    const killed = launch()
    await firstSnapshot(killed)
    killed.process.kill('SIGKILL')
    await killed.ended
    await until('its programs to end', () => running(killed.text()).length === 0)
    const next = launch('--snapshots', '1')
    expect(await next.ended, next.text()).toBe(0)
  })

  it('reports a program that ends unexpectedly, and ends everything', async () => {
    const launcher = launch()
    await firstSnapshot(launcher)
    process.kill(Number(/started haproxystats-pull \(process (\d+)\)/.exec(launcher.text())![1]), 'SIGKILL')
    expect(await launcher.ended).toBe(1)
    expect(launcher.text()).toContain('haproxystats-pull ended unexpectedly (ended by SIGKILL)')
    expect(running(launcher.text())).toEqual([])
  })

  it('refuses a directory in which no HAProxy answers', async () => {
    const empty = join(directory, 'sockets')
    mkdirSync(empty)
    const launcher = launch(empty)
    expect(await launcher.ended).toBe(1)
    expect(launcher.text()).toContain(`No HAProxy answers in ${empty}: there is no socket in it.`)
  })

  it.each([
    [['--graphite', 'here'], '--graphite: found "here", expected host:port'],
    [['--page', 'x:0'], '--page: found "x:0", expected host:port'],
    [['--snapshots', '0'], '--snapshots: found "0"'],
    [['one', 'two'], 'found one two, expected at most one directory'],
    [['--unknown'], "Unknown option '--unknown'"],
  ])('refuses %j', async (args, message) => {
    const launcher = launch(...args)
    expect(await launcher.ended).toBe(2)
    expect(launcher.text()).toContain(message)
  })
})
