import { chmod, link, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Behaviour, exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { queueEntries } from '../support/queue.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { levels, startPull, withoutPrivileges } from './pull-program.ts'

const whole = exampleAnswer().length
const infoOf = () => exampleAnswer().replace(/# pxname[\s\S]*/, '')
const headerOf = () => /# pxname.*\n/.exec(exampleAnswer())![0]
const withoutRows = exampleAnswer().replace(/\nwww,[\s\S]*/, '\n\n')

/** Every way to answer wrongly, with its message and its error code. */
const misbehaviours: [string, Behaviour, RegExp, string][] = [
  ['cut within show info', { cutAfter: 20 }, /before show stat began/, 'ANSWER_TRUNCATED'],
  ['cut within a row', { cutAfter: whole - 40 }, /without its empty line/, 'ANSWER_TRUNCATED'],
  ['cut before the empty line', { cutAfter: whole - 1 }, /without its empty line/, 'ANSWER_TRUNCATED'],
  ['a header but no row', { answer: withoutRows }, /the process is stopping/, 'ANSWER_TRUNCATED'],
  ['closes at once', { cutAfter: 0 }, /closed the connection without an answer/, 'ANSWER_TRUNCATED'],
  ['resets', { resetAfter: 100 }, /broke the connection after|before show stat began/, 'ANSWER_TRUNCATED'],
  ['says nothing', { stallAfter: 0 }, /timeout reading .*no answer after connecting/, 'SOURCE_TIMEOUT'],
  [
    'stalls before the end',
    { stallAfter: whole - 1 },
    /timeout reading .*incomplete answer of \d+ bytes/,
    'SOURCE_TIMEOUT',
  ],
  ['does not close', { keepOpen: true }, /timeout reading .*incomplete answer of \d+ bytes/, 'SOURCE_TIMEOUT'],
  ['never ends', { endless: true }, /longer than answer-limit, 100000 bytes/, 'ANSWER_TOO_LARGE'],
  ['a row of another width', { answer: exampleAnswer().replace('app2,', '') }, /in row 3/, 'ANSWER_MALFORMED'],
  [
    'show info twice',
    { answer: `${infoOf()}${exampleAnswer()}` },
    /show info begins again in line 9/,
    'ANSWER_MALFORMED',
  ],
  [
    'a header twice',
    { answer: exampleAnswer().replace('\napp,', `\n${headerOf()}app,`) },
    /in row 2/,
    'ANSWER_MALFORMED',
  ],
  [
    'too many lines',
    { answer: exampleAnswer().replace('Idle_pct', `${'a: b\n'.repeat(2000)}Idle_pct`) },
    /show info is of more than 2000 lines/,
    'ANSWER_TOO_LARGE',
  ],
  [
    'a number that never ends',
    { answer: exampleAnswer().replace('app1,0,', `app1,${'9'.repeat(70_000)},`) },
    /more than 65536 bytes in row 2/,
    'ANSWER_TOO_LARGE',
  ],
  ['permission denied', { answer: 'Permission denied\n\n' }, /"level user" .* is enough/, 'SOURCE_REFUSED'],
]

test('of sources that answer wrongly, in whatever way, nothing but the reason is published until they answer well', async () => {
  const good = await fakeHaproxy()
  const bad = await Promise.all(misbehaviours.map(([, behaviour]) => fakeHaproxy(behaviour)))
  const servers = [good, ...bad].map(({ address }) => address).join(', ')
  const pull = await startPull({ pull: { servers, 'answer-limit': 100_000 } })
  await pull.more(/^snapshot \d+ is incomplete/, 2)
  for (const [index, [what, , message, code]] of misbehaviours.entries()) {
    const source = bad[index]!.address
    const errors = pull.log.filter((line) => line.level === levels.error && line['source'] === source)
    expect(errors, what).toContainEqual(expect.objectContaining({ code, msg: expect.stringMatching(message) }))
  }
  const incomplete = (await pull.snapshots()).at(-1)!
  const name = `127.0.0.1_${new URL(good.address).port}`
  expect(Object.keys(await pull.read(incomplete))).toEqual([`${name}_info`, `${name}_stat`])
  const reported = (await pull.report(incomplete))?.sources.map(({ code }) => code)
  expect(reported).toEqual([undefined, ...misbehaviours.map(([, , , code]) => code)])
  expect(new Set(good.commands)).toEqual(new Set(['show info;show stat']))
  for (const fake of bad) fake.behave({})
  const whole = await pull.line(/^snapshot \d+: /)
  expect(Object.keys(await pull.read(String(whole['snapshot'])))).toHaveLength(2 * misbehaviours.length + 2)
  expect(pull.lines(/answers again/)).toHaveLength(misbehaviours.length)
  await pull.program.stop()
  expect(await queueEntries(pull.temporary)).toEqual([])
  expect(pull.program.errors).toBe('')
})

test('a number with more digits than any is refused where counters are read', async () => {
  const good = await fakeHaproxy()
  const bad = await fakeHaproxy({
    answer: exampleAnswer().replace(/^(app,app1,(?:[^,]*,){5})1,/m, `$1${'9'.repeat(50)},`),
  })
  const pull = await startPull({ pull: { servers: `${good.address}, ${bad.address}`, counters: 'monotonic' } })
  const error = await pull.line(/the answer of .* has a counter of 50 characters, where a number has 40 at most/)
  expect(error).toMatchObject({ source: bad.address, code: 'ANSWER_MALFORMED' })
})

test('a source of servers that nobody listens on is no stale socket: the snapshot is incomplete', async () => {
  const good = await fakeHaproxy()
  const closed = await fakeHaproxy()
  await closed.close()
  const missing = `unix://${await temporaryDirectory()}/none.sock`
  const servers = [good.address, closed.address, missing].join(', ')
  const pull = await startPull({ pull: { servers, retries: 0 } })
  await pull.line(/could not connect to unix:.*none\.sock: no such socket \(ENOENT\)/)
  const refused = await pull.line(
    /could not connect to tcp:.*: connection refused, nothing listens there \(ECONNREFUSED\)/,
  )
  expect(refused).toMatchObject({ level: levels.error, code: 'SOURCE_CONNECT', source: closed.address })
  await pull.more(/^snapshot \d+ is incomplete/, 2)
  expect(pull.lines(/^snapshot \d+: /)).toEqual([])
  expect(pull.lines(/could not connect to .*none\.sock/, levels.error)).toHaveLength(1)
})

test('what is no socket, one in the making, or one that is there already by another name, is no source', async () => {
  const sockets = await temporaryDirectory()
  const lb1 = await fakeHaproxy({ path: join(sockets, 'lb1.sock') })
  const making = await fakeHaproxy({ path: join(sockets, 'lb1.sock.4711.tmp'), stallAfter: 0 })
  await writeFile(join(sockets, 'readme'), '')
  await mkdir(join(sockets, 'directory'))
  await symlink('nowhere', join(sockets, 'dangling'))
  await symlink(join(sockets, 'lb1.sock'), join(sockets, 'link.sock'))
  await link(join(sockets, 'lb1.sock'), join(sockets, 'same.sock'))
  const otherPath = join(await temporaryDirectory(), 'run')
  await symlink(sockets, otherPath)
  const pull = await startPull({
    pull: { 'socket-dir': sockets, servers: `${lb1.address}, unix://${otherPath}/lb1.sock` },
  })
  const [snapshot] = await pull.published()
  expect(Object.keys(await pull.read(snapshot!))).toEqual(['lb1.sock_info', 'lb1.sock_stat'])
  expect(making.commands).toEqual([])
})

test('without a source it says so once and goes on', async () => {
  const pull = await startPull()
  const warning = await pull.line(/no source: set socket-dir in \[pull\]/)
  expect(warning.level).toBe(levels.warning)
  await pull.more(/no source: set/)
  expect(pull.lines(/no source: set/, levels.warning)).toHaveLength(1)
  expect(await pull.program.stop()).toBe(0)
})

test('a missing socket-dir is said once, and read when it is there', async () => {
  const sockets = join(await temporaryDirectory(), 'haproxy')
  const pull = await startPull({ pull: { 'socket-dir': sockets } })
  await pull.line(/socket-dir .* cannot be read: ENOENT.*is HAProxy installed and running\?/)
  await pull.more(/socket-dir .* cannot be read/)
  expect(pull.lines(/cannot be read/, levels.warning)).toHaveLength(1)
  expect(pull.lines(/has no stats socket/)).toEqual([])
  await mkdir(sockets)
  await pull.line(/socket-dir .* has no stats socket/)
  await fakeHaproxy({ path: join(sockets, 'lb1.sock') })
  await pull.published()
  expect(pull.lines(/can be read again/)).toHaveLength(1)
})

test('a socket without permission is named with its group', async () => {
  const sockets = await temporaryDirectory()
  const fake = await fakeHaproxy({ path: join(sockets, 'lb1.sock') })
  await chmod(join(sockets, 'lb1.sock'), 0)
  const pull = await startPull({ pull: { 'socket-dir': sockets }, through: withoutPrivileges })
  const error = await pull.line(/permission denied \(EACCES\).*belongs to the group .*mode 660 group haproxy/)
  expect(error.level).toBe(levels.error)
  expect(fake.commands).toEqual([])
})

test('many that say nothing keep nobody from being asked', async () => {
  const silent = await Promise.all(Array.from({ length: 70 }, () => fakeHaproxy({ stallAfter: 0 })))
  const good = await Promise.all(Array.from({ length: 40 }, () => fakeHaproxy()))
  const servers = [...silent, ...good].map(({ address }) => address).join(', ')
  const pull = await startPull({
    pull: { servers, 'on-failure': 'partial', 'pull-interval': 5, 'pull-timeout': 4, timeout: 3 },
  })
  const [snapshot] = await pull.published()
  expect(Object.keys(await pull.read(snapshot!)).filter((name) => name.endsWith('_stat'))).toHaveLength(40)
})
