import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const snapshotLine = /^\d\d:\d\d:\d\d {2}\d+ process(?:es)?, [1-9]\d* datapoints in \d+\.\d{3} s, queue \d+$/gm

interface Launcher {
  readonly process: ChildProcess
  /** What it has written so far to both outputs. */
  text(): string
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>
}

let directory: string
let launchers: Launcher[]
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haproxystats-start-'))
  launchers = []
})
afterEach(async () => {
  for (const launcher of launchers) {
    launcher.process.kill('SIGKILL')
    for (const pid of pidsIn(launcher.text()).filter(isAlive)) process.kill(pid, 'SIGKILL')
  }
  await Promise.all(launchers.map(({ ended }) => ended))
  rmSync(directory, { recursive: true, force: true })
})

function start(...args: string[]): Launcher {
  const child = spawn(process.execPath, ['scripts/start.mjs', '--var', join(directory, 'var'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part))
  const launcher = { process: child, text: () => text, ended: once(child, 'close').then(([code]) => code) }
  launchers.push(launcher)
  return launcher
}

/** The processes that a launcher says it started. */
const pidsIn = (text: string) => [...text.matchAll(/^started .* \(process (\d+)\)/gm)].map(([, pid]) => Number(pid))

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const snapshotsIn = (text: string) => text.match(snapshotLine)?.length ?? 0

/** Waits until a launcher has said something; its end without it, or half a minute, is a failure that shows what it said. */
async function until(launcher: Launcher, said: (text: string) => boolean) {
  for (let waited = 0; waited < 30 && launcher.process.exitCode === null && !said(launcher.text()); waited += 0.05)
    await delay(50)
  if (!said(launcher.text())) throw new Error(`the launcher did not get there:\n${launcher.text()}`)
}

describe('npm start', { timeout: 90_000 }, () => {
  it('serves the page where it says', async () => {
    const launcher = start('--snapshots', '100')
    await until(launcher, (text) => snapshotsIn(text) > 0)
    const [, address] = /^the page of all processes is (.*)$/m.exec(launcher.text()) ?? []
    const answer = await fetch(new URL('ready', address))
    expect([answer.status, await answer.text()]).toEqual([200, 'ready\n'])
    expect(await (await fetch(address!)).text()).toContain('<div id="page">')
    expect(launcher.text()).not.toContain('error:')
  })

  it('shows so many snapshots, ends what it started, and can be started again', async () => {
    for (const count of [2, 1]) {
      const launcher = start('--snapshots', String(count))
      expect(await launcher.ended, launcher.text()).toBe(0)
      expect(snapshotsIn(launcher.text())).toBeGreaterThanOrEqual(count)
      expect(launcher.text()).toMatch(/\nended: \d+ snapshots?, \d+ datapoints; /)
      expect(pidsIn(launcher.text()).length).toBeGreaterThanOrEqual(2)
      expect(pidsIn(launcher.text()).filter(isAlive)).toEqual([])
    }
    const stored = readdirSync(join(directory, 'var/lib/local-store'))
    expect(stored.length).toBeGreaterThanOrEqual(3)
    const datapoints = readFileSync(join(directory, 'var/lib/local-store', stored[0]!, 'stats'), 'utf8')
    expect(datapoints).toMatch(/^loadbalancers\.\S+\.haproxy\.daemon\.\S+ \S+ \d+$/m)
    expect(existsSync(join(directory, 'var/run.json'))).toBe(false)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with success on %s, and refuses a second launcher until then',
    async (signal) => {
      const launcher = start()
      await until(launcher, (text) => snapshotsIn(text) >= 1)
      const second = start()
      expect(await second.ended).toBe(1)
      expect(second.text()).toContain(`Another npm start (process ${launcher.process.pid}) is running`)
      launcher.process.kill(signal)
      expect(await launcher.ended, launcher.text()).toBe(0)
      expect(launcher.text()).toMatch(/\nended: /)
      expect(pidsIn(launcher.text()).filter(isAlive)).toEqual([])
    },
  )

  it('ends what a killed one left', async () => {
    const killed = start()
    await until(killed, (text) => snapshotsIn(text) >= 1)
    killed.process.kill('SIGKILL')
    await killed.ended
    const left = pidsIn(killed.text()).filter(isAlive)
    expect(left.length).toBeGreaterThanOrEqual(2)
    const next = start('--snapshots', '1')
    expect(await next.ended, next.text()).toBe(0)
    expect(next.text()).toContain(`process ${left[0]}`)
    expect(left.filter(isAlive)).toEqual([])
  })

  it('says so and ends everything when a program ends unasked', async () => {
    const launcher = start()
    await until(launcher, (text) => snapshotsIn(text) >= 1)
    process.kill(Number(/started haproxystats-pull \(process (\d+)\)/.exec(launcher.text())![1]), 'SIGKILL')
    expect(await launcher.ended).toBe(1)
    expect(launcher.text()).toContain('haproxystats-pull has ended though nobody asked it to (ended by SIGKILL)')
    expect(pidsIn(launcher.text()).filter(isAlive)).toEqual([])
  })

  it('refuses a directory in which no HAProxy answers', async () => {
    const empty = join(directory, 'sockets')
    mkdirSync(empty)
    const launcher = start(empty)
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
    const launcher = start(...args)
    expect(await launcher.ended).toBe(2)
    expect(launcher.text()).toContain(message)
  })
})
