import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestName, parseManifest } from '@haproxystats/core'
import { expect, test } from 'vitest'
import { cell } from '../sources/master.ts'
import { fakeHaproxy } from '../support/fake-haproxy.ts'
import { exampleProxies, type PortOf, startHaproxy } from '../support/haproxy.ts'
import { queueEntries } from '../support/queue.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { levels, startPull } from './pull-program.ts'

/** The daemons of a directory of sockets, as many as asked for: lb1.sock, lb2.sock, … */
async function startDaemons(count: number) {
  const sockets = await temporaryDirectory()
  const names = Array.from({ length: count }, (_, index) => `lb${index + 1}.sock`)
  const daemons = await Promise.all(
    names.map((name) => startHaproxy({ sockets: [name], socketDirectory: sockets, config: exampleProxies })),
  )
  return { sockets, names, daemons }
}

const pidIn = (info: string | undefined) => Number(/^Pid: (\d+)$/m.exec(info ?? '')?.[1])

test('snapshots are directories 0750 of files 0640, named by their second, with the complete answers of all', async () => {
  const { sockets, names, daemons } = await startDaemons(4)
  const pull = await startPull({ pull: { 'socket-dir': sockets } })
  await fetch(`http://127.0.0.1:${daemons[0]!.port('www')}/`)
  const snapshots = await pull.published(2)
  for (const snapshot of snapshots) {
    expect(Math.abs(Number(snapshot) - Date.now() / 1000)).toBeLessThan(60)
    expect((await stat(join(pull.queue, snapshot))).mode & 0o777).toBe(0o750)
    expect((await stat(join(pull.queue, snapshot, 'lb1.sock_stat'))).mode & 0o777).toBe(0o640)
    const files = await pull.read(snapshot)
    expect(Object.keys(files)).toEqual(names.flatMap((name) => [`${name}_info`, `${name}_stat`]))
    for (const [index, name] of names.entries()) {
      expect(pidIn(files[`${name}_info`])).toBe(daemons[index]!.pid)
      expect(files[`${name}_info`]).toMatch(/^Name: HAProxy\n[\s\S]*[^\n]\n\n$/)
      expect(files[`${name}_stat`]).toMatch(/^# pxname,[\s\S]*\nwww,FRONTEND,[\s\S]*\napp,app2,[\s\S]*[^\n]\n\n$/)
    }
  }
  const last = await pull.read(snapshots.at(-1)!)
  expect(sessions(last['lb1.sock_stat']!)).toBe('1')
  const [line] = pull.lines(/^snapshot \d+: /)
  expect(line).toMatchObject({ sources: 4, bytes: expect.any(Number), seconds: expect.any(Number), queue: 1 })
  expect((await stat(pull.queue)).mode & 0o777).toBe(0o750)
  await pull.program.stop()
  expect(await queueEntries(pull.temporary)).toEqual([])
})

/** The total sessions of frontend www. */
function sessions(stat: string): string | undefined {
  const [header, ...rows] = stat.split('\n')
  const column = header!.slice(2).split(',').indexOf('stot')
  return rows.find((row) => row.startsWith('www,FRONTEND,'))?.split(',')[column]
}

test('a reload is survived, and the new process is read', async () => {
  const { sockets, daemons } = await startDaemons(2)
  const pull = await startPull({ pull: { 'socket-dir': sockets } })
  await pull.published()
  const old = daemons[0]!.pid
  await daemons[0]!.reload()
  expect(daemons[0]!.pid).not.toBe(old)
  const snapshot = (await pull.published(2)).at(-1)!
  const files = await pull.read(snapshot)
  expect(Object.keys(files)).toHaveLength(4)
  expect(pidIn(files['lb1.sock_info'])).toBe(daemons[0]!.pid)
})

test('with stale-after = 0 a stopped daemon leaves a stale socket: said once, left out, and said when it comes back or goes', async () => {
  const { sockets, daemons } = await startDaemons(2)
  const pull = await startPull({ pull: { 'socket-dir': sockets, 'stale-after': 0 } })
  const startAgain = (name: string) => startHaproxy({ sockets: [name], socketDirectory: sockets })
  await daemons[1]!.stop()
  await pull.line(/stale socket: .*lb2\.sock/)
  const alone = await pull.read((await pull.published(2)).at(-1)!)
  expect(Object.keys(alone)).toEqual(['lb1.sock_info', 'lb1.sock_stat'])
  expect(pull.lines(/stale socket: .*lb2\.sock/, levels.warning)).toHaveLength(1)

  const again = await startAgain('lb2.sock')
  await pull.line(/lb2\.sock answers again/)
  const both = await pull.read((await pull.published()).at(-1)!)
  expect(pidIn(both['lb2.sock_info'])).toBe(again.pid)

  const after = pull.log.length
  await Promise.all([again.stop(), daemons[0]!.stop()])
  await pull.line(/all 2 sockets are stale/, after)
  const before = await pull.snapshots()
  await pull.more(/all 2 sockets are stale/)
  expect(pull.lines(/all 2 sockets/, levels.warning)).toHaveLength(1)
  expect(await pull.snapshots()).toEqual(before)

  await rm(join(sockets, 'lb2.sock'))
  await startAgain('lb1.sock')
  await pull.line(/lb2\.sock is gone/)
  await pull.line(/there is a source to read again/)
  await pull.published()
})

test('a stopped process (SIGSTOP) means incomplete snapshots, which hold the others, its end whole ones again', async () => {
  const { sockets, daemons } = await startDaemons(2)
  const pull = await startPull({ pull: { 'socket-dir': sockets } })
  await pull.published()
  const running = pull.log.length
  daemons[0]!.kill('SIGSTOP')
  const error = await pull.line(/timeout reading .*lb1\.sock/)
  expect(error).toMatchObject({ level: 50, code: 'SOURCE_TIMEOUT' })
  await pull.more(/^snapshot \d+ is incomplete/, 2)
  const incomplete = (await pull.snapshots()).at(-1)!
  expect(Object.keys(await pull.read(incomplete))).toEqual(['lb2.sock_info', 'lb2.sock_stat'])
  const errors = pull.log.slice(running).filter(({ level, msg }) => level === levels.error && /lb1\.sock/.test(msg))
  expect(errors).toHaveLength(1)
  daemons[0]!.kill('SIGCONT')
  await pull.line(/lb1\.sock answers again/)
  const files = await pull.read((await pull.published(2)).at(-1)!)
  expect(Object.keys(files)).toHaveLength(4)
  await pull.program.stop()
  expect(await queueEntries(pull.temporary)).toEqual([])
})

test('the master socket and an HTTP frontend in the directory are left out, said once, and not asked again', async () => {
  const sockets = await temporaryDirectory()
  const config = (port: PortOf) => `
frontend web
  bind unix@${join(sockets, 'web.sock')}
  bind 127.0.0.1:${port('web')}
  http-request return status 200
`
  const master = join(sockets, 'master.sock')
  const daemon = await startHaproxy({ socketDirectory: sockets, masterSocket: master, config })
  const pull = await startPull({ pull: { 'socket-dir': sockets } })
  const snapshot = (await pull.published(3)).at(-1)!
  expect(Object.keys(await pull.read(snapshot))).toEqual(['lb1.sock_info', 'lb1.sock_stat'])
  const { pull: report } = parseManifest(await readFile(join(pull.queue, snapshot, manifestName)))!
  expect(report!.complete).toBe(true)
  expect(report!.sources.map(({ name, result }) => [name, result])).toEqual([
    ['lb1.sock', 'answered'],
    ['master.sock', 'foreign'],
    ['web.sock', 'foreign'],
  ])
  const said = await pull.line(/master\.sock answered "Unknown command/)
  expect(said.level).toBe(levels.warning)
  expect(said.msg).toMatch(/the master socket of HAProxy \(-S\).*write master:\/\/.*ignored/)
  const web = await pull.line(/web\.sock answered "HTTP\/1/)
  expect(web.msg).toMatch(/an HTTP frontend listens here.*ignored/)
  for (const name of ['master', 'web']) expect(pull.lines(new RegExp(`${name}\\.sock`), levels.warning)).toHaveLength(1)
  // It would be a bad request in every pull.
  expect(cell(await daemon.ask('show stat'), 'web,FRONTEND', 'ereq')).toBe(1)
})

test('a socket that is no stats socket has failed when it answered before, or when servers names it', async () => {
  const sockets = await temporaryDirectory()
  const turned = await fakeHaproxy({ path: join(sockets, 'turned.sock') })
  const web = await fakeHaproxy({ answer: 'HTTP/1.1 400 Bad request\r\n\r\n' })
  const pull = await startPull({ pull: { 'socket-dir': sockets } })
  await pull.published()
  turned.behave({ answer: 'HTTP/1.1 400 Bad request\r\n\r\n' })
  const error = await pull.line(/turned\.sock answered "HTTP.*an HTTP frontend listens here/)
  expect(error).toMatchObject({ level: levels.error, code: 'SOURCE_REFUSED' })
  const named = await startPull({ pull: { servers: web.address } })
  await named.line(/answered "HTTP.*an HTTP frontend listens here/)
  const [failed = ''] = await named.published()
  expect(await named.read(failed)).toEqual({})
})

test('a socket on a port, named in servers, is read beside those of socket-dir', async () => {
  const sockets = await temporaryDirectory()
  const global = (port: (name: string) => number) => `  stats socket ipv4@127.0.0.1:${port('stats')} level user\n`
  const onPort = await startHaproxy({ sockets: ['admin.sock'], global })
  const lb1 = await startHaproxy({ sockets: ['admin.sock'], socketDirectory: sockets })
  const elsewhere = await startHaproxy({ sockets: ['admin.sock'] })
  const servers = `tcp://127.0.0.1:${onPort.port('stats')}, unix://${elsewhere.sockets[0]}, unix://${lb1.sockets[0]}`
  const pull = await startPull({ pull: { 'socket-dir': sockets, servers } })
  const files = await pull.read((await pull.published())[0]!)
  const infos = Object.keys(files).filter((name) => name.endsWith('_info'))
  expect(infos).toHaveLength(3)
  expect(infos).toContain(`127.0.0.1_${onPort.port('stats')}_info`)
  expect(infos).toContain('admin.sock_info')
  expect(infos.filter((name) => /^admin\.sock-[0-9a-f]{8}_info$/.test(name))).toHaveLength(1)
})

test('texts of hell in the configuration of HAProxy arrive byte for byte', async () => {
  const sockets = await temporaryDirectory()
  const global = '  description "a\\n\\nb, \\"c\\" \\xe9"\n  node n1\n'
  const config = `
frontend web
  bind unix@${join(await temporaryDirectory(), 'web.sock')} name "a,b \\"c\\" d"
  option socket-stats
  http-request return status 200
`
  const daemon = await startHaproxy({ socketDirectory: sockets, global, config })
  const pull = await startPull({ pull: { 'socket-dir': sockets } })
  const files = await pull.read((await pull.published())[0]!)
  expect(files['lb1.sock_stat']).toContain('web,"a,b ""c"" d",')
  // Newer releases print blanks instead of line feeds.
  const [described] = /^description: "a(?:\n\n| {2})b, ""c"" \xe9"$/m.exec(await daemon.ask('show info')) ?? []
  expect(described).toBeDefined()
  expect(files['lb1.sock_info']).toContain(`\n${described}\n`)
})
