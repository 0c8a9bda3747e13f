/** The socket of a master process, with real reloads. */
import { readFile } from 'node:fs/promises'
import type net from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { levels, startPull } from '../pull/pull-program.ts'
import { exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { askSocket, startHaproxy } from '../support/haproxy.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { cell, hold, reload, silentServer, startMaster, workersOf } from './master.ts'

test('old workers are read beside the new one, and the sum over all is what clients did', async () => {
  const running = await startMaster()
  const { haproxy, master } = running
  const pull = await startPull({ pull: { servers: `master://${master}`, 'pull-interval': 2 } })
  await pull.published()
  const held: net.Socket[] = []
  let requests = 0
  for (let round = 1; round <= 3; round++) {
    held.push(await hold(haproxy.port('held')))
    const taken = () => askSocket(haproxy.sockets[0]!, 'show stat')
    await until('the connection to be taken', async () => cell(await taken(), 'held,sink', 'scur') === 1)
    for (let request = 0; request < 10 * round; request++) {
      await (await fetch(`http://127.0.0.1:${haproxy.port('www')}/`, { headers: { connection: 'close' } })).text()
      requests++
    }
    await reload(running)
  }
  const files = await pull.read((await pull.published(2)).at(-1)!)
  const stats = Object.entries(files).filter(([name]) => name.endsWith('_stat'))
  expect(stats.map(([name]) => name)).toEqual([
    'master.sock-old1_stat',
    'master.sock-old2_stat',
    'master.sock-old3_stat',
    'master.sock_stat',
  ])
  const sum = (object: string, name: string) => stats.reduce((total, [, stat]) => total + cell(stat, object, name), 0)
  expect(sum('www,FRONTEND', 'stot')).toBe(requests)
  expect(sum('held,FRONTEND', 'stot')).toBe(held.length)
  expect(sum('held,sink', 'scur')).toBe(held.length)
  const pids = Object.values(files).flatMap((text) => /^Pid: (\d+)$/m.exec(text)?.[1] ?? [])
  expect(new Set(pids).size).toBe(4)

  for (const socket of held) socket.destroy()
  await until('the old workers to end', async () => (await workersOf(master)).length === 1)
  const last = await pull.read((await pull.published(2)).at(-1)!)
  expect(Object.keys(last)).toEqual(['master.sock_info', 'master.sock_stat'])
  expect(pull.lines(/./, levels.error)).toEqual([])
})

test('reloads in the middle of pulls, with workers that come and leave, cost no snapshot', async () => {
  const running = await startMaster()
  // In so long a time there is one between two reloads in which the master answers.
  const options = { 'pull-interval': 4, 'pull-timeout': 0 }
  const pull = await startPull({ pull: { servers: `master://${running.master}`, ...options } })
  await pull.published()
  const begun = pull.log.length
  const published = pull.published(2)
  let done = false
  void published.finally(() => {
    done = true
  })
  for (let round = 0; round < 40 && !done; round++) {
    await reload(running)
    await delay(300)
  }
  await published
  expect(pull.log.slice(begun).filter(({ level }) => level >= levels.error)).toEqual([])
  expect(pull.log.slice(begun).filter(({ msg }) => /is incomplete/.test(msg))).toEqual([])
})

test('what is no master is told from one, and a master that is gone is a failure', async () => {
  const daemon = await startHaproxy()
  const silent = await silentServer()
  const none = `${await temporaryDirectory()}/none.sock`
  const odd = await fakeHaproxy({ answer: '#<PID> <type> <reloads>\n# workers\nx worker y\n\n' })
  const addresses = [`unix://${daemon.sockets[0]}`, silent, `unix://${none}`, odd.address]
  const masters = addresses.map((address) => address.replace(/^(unix|tcp)/, 'master'))
  const pull = await startPull({ pull: { servers: masters.join(', '), retries: 0 } })
  await pull.line(/lb1\.sock answered "Unknown command.*not a master socket of HAProxy \(-S\)/)
  await pull.line(/no answer after connecting/)
  await pull.line(/none\.sock: no such socket/)
  await pull.line(/"x worker y" is no answer to show proc/)
  await pull.more(/is incomplete/)
  expect(await pull.read((await pull.snapshots()).at(-1)!)).toEqual({})
  await pull.program.stop()
  const status = JSON.parse(await readFile(join(pull.base, 'haproxystats-pull.status.json'), 'utf8'))
  expect(status.sources.map(({ state }: { state: string }) => state)).toEqual(Array(4).fill('failed'))
})

test('a worker that hangs is asked once and keeps its master usable, and is read again when it goes on', async () => {
  const { master } = await startMaster()
  const pull = await startPull({ pull: { servers: `master://${master}` } })
  await pull.published()
  const [{ pid } = { pid: 0 }] = await workersOf(master)
  process.kill(pid, 'SIGSTOP')
  try {
    const error = await pull.line(/timeout reading .*@!\d+/)
    expect(error).toMatchObject({ level: levels.error, code: 'SOURCE_TIMEOUT' })
    // The master has places for 10 connections, and keeps one for everybody who left without an answer.
    await pull.more(/^snapshot \d+ is incomplete/, 11)
    expect((await workersOf(master)).map((worker) => worker.pid)).toEqual([pid])
    expect(error.msg).toMatch(/the worker is stopped or overloaded/)
    expect(pull.lines(/@!\d+ /, levels.error)).toHaveLength(1)
    expect(pull.lines(/has not answered the query of \d+ s ago/).length).toBeGreaterThan(5)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await pull.line(/@!\d+ answers again/)
  const files = await pull.read((await pull.published())[0]!)
  expect(Object.keys(files)).toEqual(['master.sock_info', 'master.sock_stat'])

  const after = pull.log.length
  process.kill(pid, 'SIGSTOP')
  await pull.line(/timeout reading .*@!\d+/, after)
  expect(await pull.program.stop()).toBe(0)
  process.kill(pid, 'SIGCONT')
})

test('a worker of a past reload that has no row to tell is no failure', async () => {
  // As HAProxy 2.2 answers while the last connections of an old worker last.
  const [info, stat] = exampleAnswer().split(/\n\n(?=# )/) as [string, string]
  const header = stat.slice(0, stat.indexOf('\n') + 1)
  const proc =
    '#<PID> <type> <relative PID> <reloads> <uptime> <version>\n100 master 0 1 0d00h00m09s 2.2.9\n# workers\n'
  const workers = '102 worker 1 0 0d00h00m04s 2.2.9\n# old workers\n101 worker [was: 1] 1 0d00h00m09s 2.2.9\n\n'
  const fake = await fakeHaproxy({
    answer: (command) => {
      if (command.includes('show proc')) return `${proc}${workers}`
      if (command.includes('show info')) return `${info}\n\n`
      return command.startsWith('@!101') ? `${header}\n` : stat
    },
  })
  const pull = await startPull({ pull: { servers: fake.address.replace(/^tcp/, 'master') } })
  const report = await pull.report((await pull.published())[0]!)
  expect(report?.complete).toBe(true)
  expect(report?.sources.map(({ name, result }) => [name.replace(/.*\d/, ''), result])).toEqual([
    ['', 'answered'],
    ['', 'gone'],
  ])
  expect(pull.lines(/./, levels.error)).toEqual([])
})
