import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { startHaproxy } from './support/haproxy.ts'
import { notifySocket } from './support/notify-socket.ts'
import { binOf } from './support/program.ts'
import { temporaryDirectory } from './support/temporary.ts'
import { until } from './support/until.ts'

const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** A program as its unit starts it, watched over; its system calls are noted. */
async function startService(name: 'pull' | 'process', directory: string, configuration: string) {
  const socket = join(directory, `${name}.socket`)
  const manager = await notifySocket(socket)
  const told = () => manager.told
  const calls = join(directory, `${name}.calls`)
  const program = [process.execPath, binOf(name), '-f', configuration]
  const child = spawn('strace', ['-f', '-qq', '-c', '-S', 'name', '-U', 'name', '-o', calls, ...program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1500000' },
    detached: true,
  })
  const end = once(child, 'exit')
  const stop = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, signal)
    await end
    return child.exitCode
  }
  onTestFinished(async () => void (await stop('SIGKILL')))
  const used = async () => {
    const names = (await readFile(calls, 'utf8')).split('\n').map((line) => line.trim())
    return names.filter((name) => /^\w+$/.test(name) && name !== 'syscall' && name !== 'total')
  }
  return { told, stop, used }
}

/** The system calls of a set as `SystemCallFilter=` names it, those of the sets in it too. */
function systemCalls(set: string): string[] {
  const { stdout } = spawnSync('systemd-analyze', ['syscall-filter', '--no-pager', set], { encoding: 'utf8' })
  const names = stdout.split('\n').flatMap((line) => /^ +(@?[\w-]+)$/.exec(line)?.[1] ?? [])
  return names.flatMap((name) => (name.startsWith('@') ? systemCalls(name) : [name]))
}

/** Refused without harm: V8 goes without memory protection keys. */
const harmless = 'pkey_alloc'

/** What the unit of a program lets it call. */
function allowedCalls(name: string): ReadonlySet<string> {
  const unit = readFileSync(file(`systemd/haproxystats-${name}.service`), 'utf8')
  const allowed = new Set([harmless])
  for (const [, not, sets] of unit.matchAll(/^SystemCallFilter=(~?)(.*)$/gm)) {
    for (const call of sets!.split(' ').flatMap(systemCalls)) not === '~' ? allowed.delete(call) : allowed.add(call)
  }
  return allowed
}

test('both programs tell systemd of their life, and call nothing that their units forbid', async () => {
  const base = await temporaryDirectory()
  const haproxy = await startHaproxy()
  const configuration = join(base, 'haproxystats.conf')
  const store = join(base, 'store')
  await writeFile(
    configuration,
    `[paths]\nbase-dir = ${base}\n[pull]\nservers = unix://${haproxy.sockets[0]}\npull-interval = 1\npull-timeout = 0\ntimeout = 0.8\n[graphite]\nenabled = false\n[local-store]\ndir = ${store}\n`,
  )
  const pull = await startService('pull', base, configuration)
  const process = await startService('process', base, configuration)
  await until('two snapshots', async () => (await readdir(store).catch(() => [])).length >= 2, 40)

  for (const { told } of [pull, process]) {
    await until('readiness and life', () => told().filter(([state]) => state === 'WATCHDOG=1').length >= 2)
    expect(told()[0]).toEqual(['READY=1', expect.stringMatching(/^STATUS=/)])
  }
  const status = (service: typeof pull) =>
    service.told().flatMap((words) => words.filter((word) => /^STATUS/.test(word)))
  await until('a status of pull', () => status(pull).some((text) => /newest snapshot \d+, .*1 of 1 sources/.test(text)))
  await until('a status of process', () =>
    status(process).some((text) => /[1-9]\d* snapshots? delivered to/.test(text)),
  )

  for (const [name, service] of Object.entries({ pull, process })) {
    expect(await service.stop('SIGTERM')).toBe(0)
    await until('the end', () => service.told().some(([state]) => state === 'STOPPING=1'))
    const used = await service.used()
    expect(used).toContain('statx')
    const allowed = allowedCalls(name)
    expect(used.filter((call) => !allowed.has(call))).toEqual([])
    expect(allowed).not.toContain('chown')
  }
})
