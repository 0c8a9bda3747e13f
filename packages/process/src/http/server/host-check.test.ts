import { get as httpGet } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { httpServer } from '../../../../../test/support/http-server.ts'
import { temporaryDirectory } from '../../../../../test/support/temporary.ts'
import { type HostSettings, hostCheck } from './host-check.ts'

const machine = {
  hostname: 'lb1',
  hostsFile: '127.0.0.1 localhost\n127.0.1.1 lb1.example.com lb1 # us\n192.0.2.9 other.example.com other\n',
}
const check = (settings: Partial<HostSettings>) =>
  hostCheck({ listen: ['127.0.0.1:8405'], hosts: undefined, 'password-file': undefined, ...settings }, machine)

describe('without a password', () => {
  it.each([
    undefined,
    ...['127.0.0.1:8405', '127.0.0.1', '192.0.2.7:80', '[::1]:8405', '[2001:db8::7]', 'localhost:8405', 'LocalHost'],
    ...['lb1:8405', 'lb1.example.com', 'LB1.Example.com.:8405', 'stats.internal', 'stats.internal:443'],
  ])('a client that asks for %s is answered', (host) => {
    expect(check({ hosts: ['stats.internal'] })(host)).toBeUndefined()
  })

  it.each([
    ...['attacker.example', 'attacker.example:8405', 'localhost.attacker.example', 'lb1.attacker.example', 'other'],
    ...['127.0.0.1.attacker.example', '', ':8405', '[::1', '0x7f000001', '127.1', 'stats.internal.'],
  ])('a client that asks for %j is not', (host) => {
    expect(check({})(host)).toBe(`${JSON.stringify(host)} is not a name of this server; add it to hosts in [http]`)
  })

  it('a name that is listened at is answered', () => {
    const listen = ['stats.example.com:8405', 'unix:///run/stats.sock', '*:8406']
    expect(check({ listen })('stats.example.com:8405')).toBeUndefined()
    expect(check({ listen })('attacker.example')).toContain('hosts')
  })

  it('every name is answered where hosts says so', () => {
    expect(check({ hosts: ['*'] })('attacker.example')).toBeUndefined()
  })
})

it('with a password every name is answered', () => {
  expect(check({ 'password-file': '/users' })('attacker.example')).toBeUndefined()
})

describe('a server', () => {
  const asking = (host: string) => ({ headers: { Host: host } })

  it('says to a client that asks for another name which option has it answered, once in its log', async () => {
    const { get, told } = await httpServer()
    for (let times = 0; times < 3; times++) {
      const answer = await get('/huge', asking('attacker.example:8405'))
      expect(answer?.status).toBe(421)
      expect(answer?.body).toContain('add it to hosts in [http]')
    }
    for (const path of ['/', '/api/v1/events', '/nothing']) {
      expect((await get(path, asking('attacker.example')))?.status, path).toBe(421)
    }
    expect(told.filter((line) => line.includes('"attacker.example:8405" is not a name'))).toHaveLength(1)
  })

  it('answers /health under every name, and everything under a name of the list', async () => {
    const { get } = await httpServer({ lines: 'hosts = stats.internal' })
    expect((await get('/health', asking('attacker.example')))?.status).toBe(200)
    expect((await get('/huge', asking('stats.internal')))?.status).toBe(200)
  })

  it('answers every name behind a unix socket', async () => {
    const socketPath = join(await temporaryDirectory(), 's')
    await httpServer({ alsoListen: `unix://${socketPath}` })
    const status = await new Promise((resolve) => {
      httpGet({ socketPath, path: '/huge', agent: false, ...asking('attacker.example') }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
    })
    expect(status).toBe(200)
  })
})
