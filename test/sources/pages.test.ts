/** Statistics pages: real ones of HAProxy, and a web server that is something else on request. */
import { once } from 'node:events'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type net from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { levels, type Pull, startPull } from '../pull/pull-program.ts'
import { exampleProxies, type PortOf, startHaproxy } from '../support/haproxy.ts'
import { recordedFile } from '../support/recorded.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const page = (port: PortOf, bind = `127.0.0.1:${port('page')}`, more = '') => `
frontend page
  bind ${bind}
  stats enable
  stats uri /haproxy?stats
${more}
`

/** The total sessions of an object. */
function stot(stat: string | undefined, object: string): string | undefined {
  const [header = '', ...rows] = (stat ?? '').split('\n')
  const column = header.slice(2).split(',').indexOf('stot')
  return rows.find((row) => row.startsWith(`${object},`))?.split(',')[column]
}

/** A user's password in a file of its own. */
async function passwordFile(password: string): Promise<string> {
  const path = join(await temporaryDirectory(), 'password')
  await writeFile(path, `${password}\n`, { mode: 0o600 })
  return path
}

/** Everything the program says of itself. */
async function allSaid(pull: Pull): Promise<string> {
  const status = await readFile(join(pull.base, 'haproxystats-pull.status.json'), 'utf8')
  return [pull.log.map((line) => JSON.stringify(line)).join('\n'), pull.program.errors, status].join('\n')
}

test('a page is read beside sockets, by a port and by a socket, and has no show info', async () => {
  const directory = await temporaryDirectory()
  const web = join(directory, 'web.sock')
  const config = (port: PortOf) =>
    `${exampleProxies(port)}${page(port)}${page(port, `unix@${web}`).replace('frontend page', 'frontend local')}`
  const daemon = await startHaproxy({ config })
  await fetch(`http://127.0.0.1:${daemon.port('www')}/`)
  const port = daemon.port('page')
  const servers = `unix://${daemon.sockets[0]}, http://127.0.0.1:${port}/haproxy?stats, http+unix://${web}:/haproxy?stats;up`
  const pull = await startPull({ pull: { servers } })
  const files = await pull.read((await pull.published())[0]!)
  expect(Object.keys(files)).toEqual([`127.0.0.1_${port}_stat`, 'lb1.sock_info', 'lb1.sock_stat', 'web.sock_stat'])
  for (const name of [`127.0.0.1_${port}_stat`, 'lb1.sock_stat', 'web.sock_stat']) {
    expect(files[name], name).toMatch(/^# pxname,[\s\S]*\nwww,FRONTEND,[\s\S]*,\n\n$/)
    expect(stot(files[name], 'www,FRONTEND')).toBe('1')
  }
})

test('a user and a password come from options, or with a warning from the address; neither is ever shown', async () => {
  const auth = '  stats auth me:sword:fish,@x\n'
  const daemon = await startHaproxy({ config: (port) => page(port, undefined, auth) })
  const address = `127.0.0.1:${daemon.port('page')}/haproxy?stats`
  const file = await passwordFile('sword:fish,@x')
  const byOption = await startPull({
    pull: { servers: `http://${address}`, 'http-user': 'me', 'http-password-file': file },
  })
  await byOption.published()
  const byAddress = await startPull({ pull: { servers: `http://me:sword:fish,%40x@${address}` } })
  await byAddress.published()
  expect(byAddress.lines(/\*\*\*.*an address contains a password/, levels.warning)).toHaveLength(1)
  for (const pull of [byOption, byAddress]) expect(await allSaid(pull)).not.toMatch(/fish/)

  await writeFile(file, 'other\n')
  const refused = await byOption.line(/status 401: user or password rejected/)
  expect(refused).toMatchObject({ level: levels.error, code: 'SOURCE_REFUSED' })
  await writeFile(file, 'sword:fish,@x\n')
  await byOption.line(/answers again/)
  const nobody = await startPull({ pull: { servers: `http://${address}` } })
  await nobody.line(/status 401: user and password required; set http-user/)
  const [nothing] = await nobody.published()
  expect(await nobody.read(nothing!)).toEqual({})
})

test('a password that everybody may read is refused at the start', async () => {
  const file = await passwordFile('swordfish')
  await chmod(file, 0o644)
  const servers = 'http://127.0.0.1:1/x'
  const { launchPull } = await import('../pull/pull-program.ts')
  const program = await launchPull({ pull: { servers, 'http-user': 'me', 'http-password-file': file } })
  expect(await program.ended()).toBe(2)
  expect(program.errors).toMatch(/http-password-file = .*: may be read by everybody \(mode 0644\); chmod o-rwx/)
})

const whole = recordedFile('answers/2.6.12-debian/http_csv.txt').toString('latin1').split('\r\n\r\n')[1]!

type Answer = (response: http.ServerResponse) => void

const text = (response: http.ServerResponse) => response.writeHead(200, { 'content-type': 'text/plain' })

/** What else can answer there, and what is said of it. */
const others: [string, Answer, RegExp][] = [
  [
    'a redirect',
    (response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/\x1b[2Jelsewhere'.replace('\x1b', '%1b') }).end(whole),
    /answered with status 302: redirect to "http:\/\/127\.0\.0\.1:1\/%1b\[2Jelsewhere", which is not followed/,
  ],
  ['no such page', (response) => response.writeHead(404).end('<html>'), /status 404: no such page/],
  ['no server', (response) => response.writeHead(503).end('<html>'), /status 503: no page and no server answers/],
  [
    'a web page',
    (response) => text(response).end('<!DOCTYPE html>\n<html>'),
    /answered "<!DOCTYPE html>": not the CSV/,
  ],
  ['nothing', (response) => text(response).end(), /closed the connection without an answer/],
  ['half a row', (response) => text(response).end(whole.slice(0, -30)), /ended within or after row|columns/],
  [
    'a connection that breaks',
    (response) => text(response).write(whole.slice(0, 2000), () => response.destroy()),
    /broke the connection after \d+ bytes/,
  ],
  [
    'half, and then silence',
    (response) => void text(response).write(whole.slice(0, 2000)),
    /timeout reading .*incomplete answer of \d+ bytes/,
  ],
  ['no end', (response) => endless(response), /longer than answer-limit, 100000 bytes/],
  [
    'no length',
    (response) => response.socket!.end(`HTTP/1.0 200 OK\r\n\r\n${whole}`),
    /answered without a length: .*does not mark the end of its answer/,
  ],
]

function endless(response: http.ServerResponse): void {
  text(response)
  const row = whole.split('\n')[1]!
  const more = () => {
    while (!response.destroyed && response.write(`${row}\n`)) {}
  }
  response.write(whole)
  response.on('drain', more)
  more()
}

async function serve(answer: Answer): Promise<{ address: string; targets: string[] }> {
  const targets: string[] = []
  const server = http.createServer((request, response) => {
    targets.push(request.url!)
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { address: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`, targets }
}

test('what answers there otherwise is told apart, and not read', async () => {
  const good = await serve((response) => text(response).end(whole))
  const servers = await Promise.all(others.map(([, answer]) => serve(answer)))
  const list = [`${good.address}/a;up`, ...servers.map(({ address }) => `${address}/x?y`)]
  const pull = await startPull({ pull: { servers: list.join(', '), 'answer-limit': 100_000 } })
  await pull.more(/is incomplete/, 2)
  for (const [index, [what, , message]] of others.entries()) {
    const errors = pull.log.filter(({ level, source }) => level === levels.error && source === list[index + 1])
    expect(errors, what).toContainEqual(expect.objectContaining({ msg: expect.stringMatching(message) }))
  }
  expect(pull.log.filter(({ level, source }) => level === levels.error && source === list[0])).toEqual([])
  expect(Object.keys(await pull.read((await pull.snapshots()).at(-1)!))).toHaveLength(1)
  expect(good.targets[0]).toBe('/a;up;csv')
  expect(servers[0]!.targets[0]).toBe('/x?y;csv')
})

test('a page of several processes is told by the changing number of the process', async () => {
  let asked = 0
  const columns = whole.split('\n')[0]!.slice(2).split(',')
  const ofProcess = (number: number) =>
    whole
      .split('\n')
      .map((row, index) => {
        const cells = row.split(',')
        if (index > 0 && row !== '') cells[columns.indexOf('pid')] = String(number)
        return cells.join(',')
      })
      .join('\n')
  const { address } = await serve((response) => text(response).end(ofProcess(1 + (asked++ % 2))))
  const pull = await startPull({ pull: { servers: `${address}/x` } })
  const warning = await pull.line(/several processes answer at .* in turn \(1, 2\).*its values are wrong/)
  expect(warning.level).toBe(levels.warning)
  await pull.published(2)
  expect(pull.lines(/several processes answer at/, levels.warning)).toHaveLength(1)
})
