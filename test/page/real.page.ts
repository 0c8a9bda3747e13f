import { describe, expect, it } from 'vitest'
import type { Haproxy, PortOf } from '../support/haproxy.ts'
import { httpSite } from '../support/http-site.ts'
import { openPage } from './browser.ts'

/** Two servers with frequent checks, one that refuses connections, and a frontend that answers by itself. */
const proxies = (port: PortOf) => `
frontend www
  bind 127.0.0.1:${port('www')}
  default_backend app

backend app
  option httpchk GET /
  default-server check inter 500ms fall 2 rise 2
  server app1 127.0.0.1:${port('echo')}
  server app2 127.0.0.1:${port('echo')}

backend gone
  server gone1 127.0.0.1:1 check inter 500ms fall 1

frontend echo
  bind 127.0.0.1:${port('echo')}
  http-request return status 200 content-type text/plain string ok
`

/** `show stat` of a process as objects. */
async function statistics(daemon: Haproxy): Promise<readonly Record<string, string>[]> {
  const [header = '', ...lines] = (await daemon.ask('show stat')).trim().split('\n')
  const names = header.replace(/^# /, '').split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, index) => [names[index] ?? '', value])))
}

const keyOf = ({ pxname, svname }: Record<string, string>) =>
  svname === 'FRONTEND' ? `f:${pxname}` : svname === 'BACKEND' ? `b:${pxname}` : `s:${pxname}/${svname}`

describe('the page over two real HAProxy processes', () => {
  it('shows their merged values, their changes, and that data is stale when pull has stopped', async () => {
    const { daemons, address, pull } = await httpSite({ daemons: 2, level: 'admin', config: proxies })
    for (let request = 0; request < 30; request++) {
      const daemon = daemons[request % 3 === 0 ? 1 : 0]!
      await (await fetch(`http://127.0.0.1:${daemon.port('www')}/`, { headers: { connection: 'close' } })).text()
    }
    const { page } = await openPage(`${address}/`)
    const row = (key: string) => page.locator(`tr:has([data-link="${key}"])`)

    // States, sessions and the most sessions ever, of every row: of both processes added up.
    expect((await statistics(daemons[0]!)).map(keyOf)).toEqual([
      'f:www',
      's:app/app1',
      's:app/app2',
      'b:app',
      's:gone/gone1',
      'b:gone',
      'f:echo',
    ])
    const peaks = async () => {
      const printed = await Promise.all(daemons.map(statistics))
      return printed[0]!.map((one, index) => [
        keyOf(one),
        String(Number(one['smax']) + Number(printed[1]![index]!['smax'])),
      ])
    }
    const shown = async (keys: readonly string[]) =>
      Promise.all(keys.map(async (key) => [key, await row(key).locator('.column-peak').textContent()]))
    // Checks go on meanwhile, so what HAProxy says is asked again.
    await expect
      .poll(async () => {
        const wanted = await peaks()
        const found = await shown(wanted.map(([key]) => key!))
        return JSON.stringify(found) === JSON.stringify(wanted) ? 'the same' : { found, wanted }
      })
      .toBe('the same')
    await expect.poll(() => row('s:gone/gone1').locator('.state .word').textContent()).toBe('DOWN')
    await expect.poll(() => row('b:gone').locator('.state .word').textContent()).toBe('DOWN')
    await expect
      .poll(() => page.locator('.problems .critical .title').allTextContents())
      .toContain('Backend gone has no usable server')
    await page.locator('.process').nth(1).waitFor()

    // The totals of all fields in the panel, and each process beside them.
    await row('f:www').locator('a').click()
    const field = (name: string) =>
      page
        .locator('.fields tbody tr', { has: page.locator('th', { hasText: new RegExp(`^${name}\\s`) }) })
        .locator('td')
    await expect.poll(() => field('stot').allTextContents()).toEqual(['30', '0', '20', '10'])
    await page.keyboard.press('Escape')

    // Maintenance in one of two processes, without reloading.
    await page.evaluate(() => Object.assign(window, { sameDocument: true }))
    await daemons[1]!.ask('set server app/app2 state maint')
    await expect.poll(() => row('s:app/app2').locator('.state .word').textContent()).toMatch(/^MAINT/)
    await row('s:app/app2').locator('a').click()
    await expect.poll(() => page.locator('.split td.state').allTextContents()).toEqual(['●UP', '◆MAINT'])
    await page.keyboard.press('Escape')

    // A process that is no more.
    await daemons[1]!.stop()
    await expect.poll(() => page.getByText('Process lb2 is missing').count()).toBeGreaterThan(0)
    await expect.poll(() => page.locator('.process:not(.missing)').count()).toBe(1)
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)

    await pull.stop()
    const freshness = () => page.evaluate(() => document.documentElement.dataset['freshness'])
    await expect.poll(freshness, { timeout: 40_000 }).toBe('stale')
    await page
      .getByText(/haproxystats-pull pulled .* ago for the last time: is it running\?/)
      .first()
      .waitFor()
  })
})
