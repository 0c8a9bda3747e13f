/** The server of [http] in the real program, with clients that mean no good. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { httpSite } from '../support/http-site.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

test('clients that are slow, never read, or send requests in advance delay nothing and cost little memory', async () => {
  const site = await httpSite({ daemons: 1 })
  const clients = Array.from({ length: 60 }, (_, index) => {
    const client = connect(site.port, '127.0.0.1')
    client.on('error', () => undefined)
    onTestFinished(() => void client.destroy())
    const isSlow = index < 30
    // The rest asks for much and reads none of it.
    client.write(isSlow ? 'GET / HTTP/1.1\r\n' : 'GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(50))
    if (isSlow) client.resume()
    else client.pause()
    const ended = once(client, 'close').then(() => true)
    return { isSlow, ended }
  })
  const before = site.process.log.filter(({ msg }) => /1 process delivered/.test(msg)).length
  await until('three more snapshots', () => {
    const now = site.process.log.filter(({ msg }) => /1 process delivered/.test(msg)).length
    return now >= before + 3
  })
  expect((await site.get('/ready')).status).toBe(200)
  expect((await site.get('/health')).status).toBe(200)
  const slow = clients.filter(({ isSlow }) => isSlow).map(({ ended }) => ended)
  expect(await Promise.all(slow)).toHaveLength(30)

  for (let times = 0; times < 4; times++) {
    const client = connect(site.port, '127.0.0.1').pause()
    client.on('error', () => undefined)
    onTestFinished(() => void client.destroy())
    client.write('GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(250_000))
  }
  for (let times = 0; times < 3; times++) await site.newSnapshot()
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${site.process.pid}/status`, 'utf8'))?.[1])
  expect(peak).toBeLessThan(600_000)
  expect(site.process.log.filter(({ level }) => level >= 40)).toEqual([])
})

test('a port that somebody else has is tried again, while snapshots are delivered', async () => {
  const other = createServer((socket) => void socket.destroy()).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const alsoListen = `127.0.0.1:${port}`
  const site = await httpSite({ daemons: 1, alsoListen })
  await site.process.said(`cannot listen at ${alsoListen}: listen EADDRINUSE`)
  await site.process.said('1 process delivered')
  other.close()
  await site.process.said(`listening on http://${alsoListen} now`)
  expect((await fetch(`http://${alsoListen}/ready`)).status).toBe(200)
  expect(await site.process.stop()).toBe(0)
})

test('wrong passwords are checked apart from everything else, few at a time', async () => {
  const users = join(await temporaryDirectory(), 'users')
  await writeFile(users, `me:$2b$12$${'a'.repeat(53)}\n`)
  const site = await httpSite({ daemons: 1, http: `password-file = ${users}` })
  const finished: string[] = []
  const wrong = Array.from({ length: 40 }, async (_, index) => {
    const { status } = await site.get('/metrics', { Authorization: `Basic ${btoa(`me:${index}`)}` })
    finished.push(`${status}`)
  })
  await until('most to be refused', () => finished.length >= 30)
  for (let times = 0; times < 5; times++) expect((await site.get('/health')).status).toBe(200)
  finished.push('health')
  await Promise.all(wrong)
  // One is compared and four of the same address wait; none of them was answered before.
  expect(finished).toEqual([...Array(35).fill('503'), 'health', ...Array(5).fill('401')])
  expect(await site.process.stop()).toBe(0)
})
