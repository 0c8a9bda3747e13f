/** Sources on ports: IPv4, IPv6, names, and behind TLS. */
import { chmod } from 'node:fs/promises'
import net from 'node:net'
import { expect, test } from 'vitest'
import { levels, startPull } from '../pull/pull-program.ts'
import { fakeHaproxy } from '../support/fake-haproxy.ts'
import { type PortOf, startHaproxy } from '../support/haproxy.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { makeCertificates } from './certificates.ts'

/** Whether this machine has an IPv6 loopback address. */
const hasIpv6 = await new Promise<boolean>((resolve) => {
  const server = net.createServer().once('error', () => resolve(false))
  server.listen(0, '::1', () => server.close(() => resolve(true)))
})

test.skipIf(!hasIpv6)('an IPv6 address is read, and a name by whichever of its addresses answers', async () => {
  const global = (port: PortOf) => `  stats socket ipv6@[::1]:${port('six')} level user\n`
  const six = await startHaproxy({ global })
  const four = await fakeHaproxy()
  const servers = [`tcp://[::1]:${six.port('six')}`, four.address.replace('127.0.0.1', 'localhost')]
  const pull = await startPull({ pull: { servers: servers.join(', ') } })
  const files = await pull.read((await pull.published())[0]!)
  expect(Object.keys(files).filter((name) => name.endsWith('_info'))).toHaveLength(2)
  expect(four.commands.length).toBeGreaterThan(0)
})

test('a host that nobody knows is said to be one', async () => {
  const pull = await startPull({ pull: { servers: 'tcp://no-such-host.invalid:1', retries: 0 } })
  const error = await pull.line(
    /could not connect to tcp:\/\/no-such-host\.invalid:1: unknown host name|:1: host name lookup/,
  )
  expect(error).toMatchObject({ level: levels.error, code: 'SOURCE_CONNECT' })
})

test('a socket and a page behind TLS are read when somebody vouches for them', async () => {
  const directory = await temporaryDirectory()
  const { ca, server, client, clientKey } = await makeCertificates(directory)
  await chmod(clientKey, 0o600)
  const tls = `ssl crt ${server} ca-file ${ca} verify required`
  // A stats socket of HAProxy 2.6 takes "ssl" and does not do it, so a frontend does.
  const daemon = await startHaproxy({
    socketDirectory: directory,
    config: (port) => `
frontend page
  bind 127.0.0.1:${port('page')} ssl crt ${server}
  stats enable
  stats uri /haproxy?stats

listen stats
  mode tcp
  bind 127.0.0.1:${port('stats')} ${tls}
  server stats unix@${directory}/lb1.sock
`,
  })
  const [stats, page] = [daemon.port('stats'), daemon.port('page')]
  const servers = `tcp+tls://127.0.0.1:${stats}, https://127.0.0.1:${page}/haproxy?stats`
  const start = (pull: Record<string, string>) => startPull({ pull: { servers, 'pull-timeout': 0, ...pull } })

  const trusting = await start({ 'tls-ca-file': ca, 'tls-certificate-file': client, 'tls-key-file': clientKey })
  expect(Object.keys(await trusting.read((await trusting.published())[0]!))).toEqual(
    [`127.0.0.1_${page}_stat`, `127.0.0.1_${stats}_info`, `127.0.0.1_${stats}_stat`].sort(),
  )

  const careful = await start({})
  const untrusted = await careful.line(/https:.*certificate signed by an unknown CA.*tls-ca-file/)
  expect(untrusted).toMatchObject({ level: levels.error, code: 'SOURCE_CONNECT' })
  const [nothing] = await careful.published()
  expect(await careful.read(nothing!)).toEqual({})

  const misled = await start({ 'tls-ca-file': ca, 'tls-server-name': 'other.test' })
  await misled.line(/https:.*certificate for another name; set tls-server-name/)
  await misled.line(/tcp\+tls:.*(another name|broke the connection)/)

  const anonymous = await start({ 'tls-ca-file': ca, 'tls-server-name': 'lb.test' })
  await anonymous.line(/tcp\+tls:.*broke the connection after 0 bytes/)
  // A machine that is busy may let it run out of time, which is another matter.
  const refused = anonymous.lines(/https:/, levels.error).filter(({ code }) => code !== 'SOURCE_TIMEOUT')
  expect(refused).toEqual([])

  const careless = await start({ 'tls-insecure': 'true', 'tls-certificate-file': client, 'tls-key-file': clientKey })
  await careless.published()
  expect(careless.lines(/tls-insecure.*certificates are not verified/, levels.warning)).toHaveLength(1)
})

test('what does not speak TLS is told from what does', async () => {
  const plain = await startHaproxy({ global: (port) => `  stats socket ipv4@127.0.0.1:${port('stats')} level user\n` })
  const pull = await startPull({ pull: { servers: `tcp+tls://127.0.0.1:${plain.port('stats')}` } })
  await pull.line(/could not connect to tcp\+tls:.*no TLS on this port/)
})
