/** Sources that are one HAProxy process count once; processes that only look alike count each. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestName, parseManifest } from '@haproxystats/core'
import { expect, onTestFinished, test } from 'vitest'
import { levels, type Pull, startPull } from '../pull/pull-program.ts'
import { exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { askSocket, type PortOf, startHaproxy } from '../support/haproxy.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { reload, startMaster } from './master.ts'

const resultsIn = async (pull: Pull, snapshot: string) => {
  const manifest = parseManifest(await readFile(join(pull.queue, snapshot, manifestName)))
  return Object.fromEntries(manifest!.pull!.sources.map(({ name, result, same }) => [name, same ?? result]))
}

const infosIn = async (pull: Pull, snapshot: string) =>
  Object.keys(await pull.read(snapshot)).filter((name) => name.endsWith('_info'))

test('a process with two sockets in socket-dir and one on a port counts once, by the first name, over reloads', async () => {
  const global = (port: PortOf) => `  stats socket ipv4@127.0.0.1:${port('stats')} level user\n`
  const sockets = ['admin.sock', 'stats.sock']
  const daemon = await startHaproxy({ sockets, global })
  const other = await startHaproxy({ sockets: ['other.sock'], socketDirectory: daemon.directory })
  const address = `tcp://127.0.0.1:${daemon.port('stats')}`
  const pull = await startPull({ pull: { 'socket-dir': daemon.directory } })
  const [first] = await pull.published()
  expect(await resultsIn(pull, first!)).toEqual({
    'admin.sock': 'answered',
    'stats.sock': 'admin.sock',
    'other.sock': 'answered',
  })
  expect(await infosIn(pull, first!)).toEqual(['admin.sock_info', 'other.sock_info'])
  await daemon.reload()
  const [, second] = await pull.published(2)
  expect(await infosIn(pull, second!)).toEqual(['admin.sock_info', 'other.sock_info'])
  const said = pull.lines(/stats\.sock is the same HAProxy process as .*admin\.sock.*counted once/)
  expect(said.filter(({ level }) => level === levels.warning)).toHaveLength(1)
  const status = (await pull.status()) as { sources: { name: string; state: string; same?: string }[] }
  expect(status.sources.find(({ name }) => name === 'stats.sock')).toMatchObject({
    state: 'duplicate',
    same: 'admin.sock',
  })

  const named = await startPull({ pull: { 'socket-dir': daemon.directory, servers: address } })
  const [third] = await named.published()
  const name = address.slice('tcp://'.length).replace(':', '_')
  expect(await resultsIn(named, third!)).toEqual({
    [name]: 'answered',
    'admin.sock': name,
    'stats.sock': name,
    'other.sock': 'answered',
  })
  expect(other.pid).not.toBe(daemon.pid)
})

test("a worker counts once beside its own socket, by its master's name, and its past reloads beside it", async () => {
  const running = await startMaster()
  const servers = `unix://${running.haproxy.sockets[0]}, master://${running.master}`
  const pull = await startPull({ pull: { servers, counters: 'monotonic' } })
  const [first] = await pull.published()
  expect(await resultsIn(pull, first!)).toEqual({ 'master.sock': 'answered', 'lb1.sock': 'master.sock' })
  await reload(running)
  const second = (await pull.published(2)).at(-1)!
  // Beside it is what the worker that ended had counted.
  expect(await infosIn(pull, second)).toEqual(['_carried_info', 'master.sock_info'])
})

test('counters go on when a process is read at its other socket, and count once', async () => {
  const daemon = await startHaproxy({ sockets: ['admin.sock', 'stats.sock'] })
  const pull = await startPull({ pull: { 'socket-dir': daemon.directory, counters: 'monotonic' } })
  await fetch(`http://127.0.0.1:${daemon.port('www')}/`)
  await pull.published(2)
  await rm(daemon.sockets[0]!)
  const files = await pull.read((await pull.published(2)).at(-1)!)
  expect(Object.keys(files)).toEqual(['stats.sock_info', 'stats.sock_stat'])
})

test('what is known to be another socket of a process is not asked for its rows', async () => {
  const process = { pid: 1000, connections: 0 }
  const answer = (command: string) => {
    process.connections++
    const facts = `Start_time_sec: 1700000000\nCumConns: ${process.connections}\nIdle_pct: 90`
    const [info = '', stat = ''] = exampleAnswer(process).replace('Idle_pct: 90', facts).split('\n\n# ')
    return `${info}\n\n${command.endsWith('show pools') ? `  - Pool a : 1 used, @0x55d${process.pid}\n` : `# ${stat}`}`
  }
  const [one, other] = [await fakeHaproxy({ answer }), await fakeHaproxy({ answer })]
  const pull = await startPull({ pull: { servers: `${one.address}, ${other.address}` } })
  const full = (commands: readonly string[]) => commands.filter((command) => command.includes('show stat')).length
  await pull.published(4)
  expect(full(one.commands)).toBeGreaterThan(3)
  expect(full(other.commands)).toBe(1)
  // A reload: both are asked what process there is now, and are one again.
  process.pid = 1001
  const last = (await pull.published(3)).at(-1)!
  expect(full(other.commands)).toBe(2)
  expect(await infosIn(pull, last)).toEqual([`${one.address.slice('tcp://'.length).replace(':', '_')}_info`])
  expect(pull.lines(/the same HAProxy process/, levels.warning)).toHaveLength(1)

  one.behave({ stallAfter: 0 })
  await pull.line(/was not queried, no time left after .*, which is the same process/)
})

test('processes of the same number, release and start are two when their counters are their own', async () => {
  const info = 'Start_time_sec: 1700000000\nCumConns: 7\nIdle_pct: 90'
  const answer = exampleAnswer().replace('Idle_pct: 90', info)
  const twins = await Promise.all([fakeHaproxy({ answer }), fakeHaproxy({ answer })])
  const pull = await startPull({ pull: { servers: twins.map(({ address }) => address).join(', ') } })
  const [first, second] = await pull.published(2)
  expect(await infosIn(pull, first!)).toHaveLength(2)
  expect(await infosIn(pull, second!)).toHaveLength(2)
  expect(pull.lines(/the same HAProxy process/)).toEqual([])
})

/** Gives a process a PID namespace of its own, as a container has. */
const isolated = ['unshare', '--pid', '--fork', '--kill-child']
const canIsolate = spawnSync(isolated[0]!, [...isolated.slice(1), 'true']).status === 0

test.skipIf(!canIsolate)('two containers whose HAProxy has the same number and start are two processes', async () => {
  const directory = await temporaryDirectory()
  const sockets = ['one.sock', 'two.sock'].map((name) => join(directory, name))
  const infoOf = (socket: string) => askSocket(socket, 'show info').catch(() => '')
  const startBoth = async () => {
    const children = await Promise.all(
      sockets.map(async (socket) => {
        const file = `${socket}.cfg`
        const limits = 'timeout connect 2s\n  timeout client 2s\n  timeout server 2s'
        await writeFile(
          file,
          `global\n  stats socket ${socket} level user\ndefaults\n  ${limits}\nbackend app\n  server none 127.0.0.1:1\n`,
        )
        return spawn(isolated[0]!, [...isolated.slice(1), 'haproxy', '-db', '-f', file], { stdio: 'ignore' })
      }),
    )
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL')
    })
    const infos = await until('both to answer', async () => {
      const answers = await Promise.all(sockets.map(infoOf))
      return answers.every((answer) => answer !== '') && answers
    })
    const facts = infos.map((info) => /^Pid: (\d+)$/m.exec(info)![0] + /^Start_time_sec: (\d+)$/m.exec(info)![0])
    if (facts[0] === facts[1]) return true
    for (const child of children) {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
    return false
  }
  // They may happen to start in different seconds.
  expect(await until('a common second', startBoth, 40)).toBe(true)
  const pull = await startPull({ pull: { 'socket-dir': directory } })
  const [, second] = await pull.published(2)
  expect(await resultsIn(pull, second!)).toEqual({ 'one.sock': 'answered', 'two.sock': 'answered' })
  expect(pull.lines(/the same HAProxy process/)).toEqual([])
})
