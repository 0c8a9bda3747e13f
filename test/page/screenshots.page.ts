import { mkdirSync, statSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { PortOf } from '../support/haproxy.ts'
import { httpSite } from '../support/http-site.ts'
import { openPage, type PageOptions } from './browser.ts'

/**
 * `npm run screenshots` takes the pictures of the documents, of the real programs on two real HAProxy processes after minutes of
 * traffic; a run of all tests only shows that they can be taken.
 */
const target = process.env['SCREENSHOTS']
const directory = target ?? fileURLToPath(new URL('../../node_modules/.cache/screenshots/', import.meta.url))
const seconds = target === undefined ? 5 : 330

const phone = { width: 390, height: 844, isPhone: true } as const
const desk = { width: 1280, height: 760 } as const

const pictures: readonly (readonly [name: string, hash: string, options: PageOptions])[] = [
  ['page-light', '', { ...desk, colorScheme: 'light' }],
  ['page-dark', '#open=b:shop', { ...desk, colorScheme: 'dark' }],
  ['phone-light', '', { ...phone, colorScheme: 'light' }],
  ['phone-dark', '#open=b:shop', { ...phone, colorScheme: 'dark' }],
]

const backends = ['shop', 'api', 'static'] as const

/** Three frontends, and three backends of three servers each; one server is down and one in maintenance. */
const proxies = (port: PortOf) => `
  option http-keep-alive
  option httpchk GET /
  default-server check inter 2s fall 2 rise 1
${backends.map((name) => `frontend ${name === 'shop' ? 'www' : `${name}-in`}\n  bind 127.0.0.1:${port(name)}\n  default_backend ${name}`).join('\n')}
${backends
  .map(
    (name) => `backend ${name}
  server ${name}1 127.0.0.1:${port('origin')}
  server ${name}2 127.0.0.1:${port('origin')} ${name === 'api' ? 'disabled' : ''}
  server ${name}3 127.0.0.1:${name === 'shop' ? 1 : port('origin')}`,
  )
  .join('\n')}
frontend origin
  bind 127.0.0.1:${port('origin')}
  http-request return status 200 content-type text/plain string up if { path / }
  http-request return status 503 if { rand(1000) lt 8 }
  http-request return status 404 if { rand(1000) lt 20 }
  http-request return status 200 content-type text/plain lf-string "%[rand(1000000)] ${'content '.repeat(150)}"
`

/** Requests in waves, to every frontend of every process, over connections that stay open. */
async function makeTraffic(ports: readonly number[], signal: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  signal.addEventListener('abort', () => agent.destroy())
  const request = (port: number) =>
    new Promise<void>((resolve) => {
      const sent = get({ port, path: '/item', agent }, (response) => response.resume().on('close', resolve))
      sent.on('error', () => resolve())
    })
  for (let turn = 0; !signal.aborted; turn++) {
    const busy = ports.filter((_, index) => Math.random() < 0.55 + 0.4 * Math.sin(turn / 60 + index))
    await Promise.all(busy.map(request))
    await delay(20)
  }
}

it('take a picture of the page in every size and colour', async () => {
  const { daemons, address } = await httpSite({ daemons: 2, config: proxies })
  const ports = daemons.flatMap((daemon) => backends.map((name) => daemon.port(name)))
  const end = new AbortController()
  const traffic = makeTraffic(ports, end.signal)
  await delay(seconds * 1000)
  mkdirSync(directory, { recursive: true })
  for (const [name, hash, options] of pictures) {
    const { page } = await openPage(`${address}/${hash}`, options)
    await page.waitForFunction(() => document.querySelectorAll('.tile .spark path').length === 7)
    await page.locator('.problems .title', { hasText: 'shop' }).first().waitFor()
    if (hash !== '') await page.locator('.chart canvas').nth(2).waitFor()
    const path = join(directory, `${name}.png`)
    await page.screenshot({ path, animations: 'disabled' })
    expect(statSync(path).size).toBeLessThan(200_000)
  }
  end.abort()
  await traffic
}, 600_000)
