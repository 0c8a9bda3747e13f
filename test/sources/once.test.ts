/** `haproxystats-pull --once` and `--probe`: what a person runs by hand. */
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLogger } from '@haproxystats/core/program'
import { expect, test } from 'vitest'
import { pullNow } from '../../packages/pull/src/pull.ts'
import { startPull, withoutPrivileges } from '../pull/pull-program.ts'
import { parseConfiguration } from '../support/configuration.ts'
import { exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { type PortOf, startHaproxy } from '../support/haproxy.ts'
import { runProgram } from '../support/program.ts'
import { queueEntries } from '../support/queue.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** Runs haproxystats-pull with an option and with settings of `[pull]`. */
async function run(
  option: string,
  settings: Readonly<Record<string, string | number>>,
  { base, through = [] }: { base?: string; through?: readonly string[] } = {},
) {
  const directory = base ?? (await temporaryDirectory())
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`)
  const file = join(directory, 'once.conf')
  await writeFile(file, `[paths]\nbase-dir = ${directory}\n[pull]\n${lines.join('')}`)
  return { ...(await runProgram('pull', ['-f', file, option], through)), base: directory }
}

const queued = (base: string) => queueEntries(join(base, 'incoming'))

test('--once takes one complete snapshot of now and tells so', async () => {
  const daemon = await startHaproxy()
  const servers = `unix://${daemon.sockets[0]}`
  const { code, base, out } = await run('--once', { servers, 'pull-interval': 3600, 'pull-timeout': 5, timeout: 0.8 })
  expect([code, out]).toEqual([0, expect.stringContaining('1 snapshot published: 1 process read')])
  const [snapshot, ...others] = await queued(base)
  expect(others).toEqual([])
  expect(Math.abs(Number(snapshot) - Date.now() / 1000)).toBeLessThan(60)
  const again = await run('--once', { servers, timeout: 0.8 }, { base })
  expect(again.code).toBe(0)
  expect(await queued(base)).toHaveLength(2)
})

test.each(['discard', 'partial'])(
  '--once ends with 1 when a source does not answer, with on-failure = %s',
  async (onFailure) => {
    const good = await fakeHaproxy()
    const bad = await fakeHaproxy({ cutAfter: 100 })
    const servers = `${good.address}, ${bad.address}`
    const { code, base } = await run('--once', { servers, 'on-failure': onFailure, timeout: 0.8 })
    expect(code).toBe(1)
    expect(await queued(base)).toHaveLength(1)
    bad.behave({})
    expect((await run('--once', { servers, timeout: 0.8 }, { base })).code).toBe(0)
  },
)

test('--once has its whole interval late in a second, too', async () => {
  const slow = await fakeHaproxy({ pause: 50 })
  const base = await temporaryDirectory()
  const text = `[paths]\nbase-dir = ${base}\n[pull]\nservers = ${slow.address}\npull-interval = 1\npull-timeout = 0\ntimeout = 0.8\n`
  const clock = () => ({ wall: 1_700_000_000_990, monotonic: performance.now() })
  const running = { log: silentLogger(), signal: new AbortController().signal, clock }
  expect(await pullNow(parseConfiguration(text), running)).toBe(0)
  expect(await queued(base)).toEqual(['1700000000'])
})

test('--once leaves a queue alone that another haproxystats-pull fills', async () => {
  const fake = await fakeHaproxy()
  const pull = await startPull({ pull: { servers: fake.address, 'pull-interval': 3600 } })
  const { code, out } = await run('--once', { servers: fake.address }, { base: pull.base })
  expect([code, out]).toEqual([1, expect.stringContaining('another haproxystats-pull uses')])
})

/** The cells of the line of a source. */
const cells = (out: string, source: string) =>
  out
    .split('\n')
    .find((line) => line.startsWith(`${source} `))
    ?.split(/ {2,}/)
    .slice(1, 7)

test('--probe shows every source that can be read, and touches nothing', async () => {
  const base = await temporaryDirectory()
  const master = join(base, 'master.sock')
  const config = (port: PortOf) => `
frontend page
  bind 127.0.0.1:${port('page')}
  stats enable
  stats uri /haproxy?stats
`
  const daemon = await startHaproxy({ config, level: 'admin' })
  const behind = await startHaproxy({ masterSocket: master, config })
  const old = await fakeHaproxy({ answer: exampleAnswer().replace('2.6.12', '1.8.30') })
  const page = `http://127.0.0.1:${daemon.port('page')}/haproxy?stats`
  const socket = `unix://${daemon.sockets[0]}`
  const servers = [socket, page, `master://${master}`, old.address].join(', ')
  const { code, out, errors } = await run('--probe', { servers, timeout: 0.8 }, { base })
  expect([code, errors]).toEqual([0, ''])
  const version = /^Version: (.*)$/m.exec(await daemon.ask('show info'))![1]!
  expect(out.split('\n')[0]).toMatch(/^source +reachable +permission +level +version +pid +rows +latency$/)
  expect(cells(out, socket)).toEqual(['yes', 'yes', 'admin', version, String(daemon.pid), '1'])
  expect(cells(out, page)).toEqual(['yes', 'yes', '-', '-', '-', '1'])
  const pid = /^Pid: (.*)$/m.exec(await behind.ask('show info'))![1]!
  expect(cells(out, `master://${master} @!${pid}`)).toEqual(['yes', 'yes', '-', version, pid, '1'])
  expect(cells(out, old.address)).toEqual(['yes', 'yes', '-', '1.8.30', '1000', '3'])
  expect(out).toMatch(/level admin is more than is needed; "level user"/)
  // A release that does not know the question is not asked it.
  expect(old.commands).toEqual(['show info;show stat'])
  expect((await readdir(base)).sort()).toEqual(['master.sock', 'once.conf'])
})

test('--probe says what to change where a source cannot be read', async () => {
  const sockets = await temporaryDirectory()
  const denied = await fakeHaproxy({ path: join(sockets, 'denied.sock') })
  await mkdir(join(sockets, 'closed'))
  const closed = await fakeHaproxy({ path: join(sockets, 'closed', 'lb.sock') })
  await chmod(join(sockets, 'closed'), 0)
  await chmod(join(sockets, 'denied.sock'), 0)
  const none = `unix://${sockets}/none.sock`
  const servers = [denied.address, closed.address, none, `master://${sockets}/none-either.sock`].join(', ')
  const { code, out } = await run('--probe', { servers, timeout: 0.8 }, { through: withoutPrivileges })
  await chmod(join(sockets, 'closed'), 0o700)
  expect(code).toBe(1)
  expect(cells(out, denied.address)?.slice(0, 2)).toEqual(['no', 'denied'])
  expect(out).toMatch(/denied\.sock: permission denied \(EACCES\); it belongs to the group .*"mode 660 group haproxy"/)
  expect(out).toMatch(/closed\/lb\.sock: permission denied \(EACCES\); permission denied on its directory .*closed: /)
  expect(out).toMatch(/none\.sock: no such socket.*line: stats socket .* mode 660 group haproxy level user/)
  expect(out).toMatch(/none-either\.sock: no such socket.*-W -S/)
})

test('--probe without a source says what to set', async () => {
  const nothing = await run('--probe', {})
  expect([nothing.code, nothing.out]).toEqual([1, expect.stringContaining('no source: set socket-dir in [pull]')])
  const missing = await run('--probe', { 'socket-dir': '/nonexistent/haproxy' })
  expect([missing.code, missing.out]).toEqual([1, expect.stringContaining('is HAProxy installed and running?')])
})

test('--probe names sockets of one process, and what is no stats socket in socket-dir, and counts neither as a failure', async () => {
  const sockets = await temporaryDirectory()
  const config = `\nfrontend web\n  bind unix@${join(sockets, 'web.sock')}\n  http-request return status 200\n`
  const names = ['admin.sock', 'stats.sock']
  await startHaproxy({ sockets: names, socketDirectory: sockets, masterSocket: join(sockets, 'master.sock'), config })
  const { code, out } = await run('--probe', { 'socket-dir': sockets, timeout: 0.8 })
  expect(out).toMatch(
    /stats\.sock: duplicate source: the same HAProxy process as .*admin\.sock, which is used; it is counted once/,
  )
  expect(out).toMatch(/master\.sock answered "Unknown command.*write master:\/\/.*the socket is ignored/)
  expect(out).toMatch(/web\.sock answered "HTTP.*an HTTP frontend listens here.*the socket is ignored/)
  expect(code).toBe(0)
  const named = await run('--probe', { servers: `unix://${join(sockets, 'web.sock')}`, timeout: 0.8 })
  expect([named.code, named.out]).toEqual([1, expect.not.stringContaining('left out')])
  await mkdir(join(sockets, 'none'))
  await fakeHaproxy({ path: join(sockets, 'none', 'other.sock'), answer: '-ERR unknown command\r\n' })
  const none = await run('--probe', { 'socket-dir': join(sockets, 'none'), timeout: 0.8 })
  expect([none.code, none.out]).toEqual([1, expect.stringContaining('not a stats socket of HAProxy')])
})
