import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pageDirectory } from '@haproxystats/page'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Fixture, makeFixture } from '../support/page-fixture.ts'
import { type PageServer, servePage } from '../support/page-server.ts'
import { openPage, type PageOptions } from './browser.ts'

const small = { frontends: 3, backends: 4, serversEach: 3, processes: 2 }

async function open(
  options: PageOptions & { readonly hash?: string; readonly prepare?: (fixture: Fixture) => void } = {},
) {
  const fixture = makeFixture(small)
  options.prepare?.(fixture)
  const server: PageServer = await servePage(fixture)
  onTestFinished(() => server.stop())
  const { page, consoleErrors } = await openPage(`${server.url}${options.hash ?? ''}`, options)
  return { fixture, server, page, consoleErrors }
}

describe('the page', () => {
  it('is smaller than 150 kB compressed, all together', () => {
    const files = readdirSync(pageDirectory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const sizes = files.map((entry) => gzipSync(readFileSync(join(entry.parentPath, entry.name))).length)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    expect(total).toBeGreaterThan(10_000)
    expect(total).toBeLessThan(150_000)
  })

  it('shows in its first line that all is well, or what is wrong since when', async () => {
    const { fixture, server, page } = await open()
    const sentence = page.getByRole('heading', { level: 1 })
    await expect
      .poll(() => sentence.textContent())
      .toContain('All is well: 2 processes, 3 frontends, 4 backends and 12 servers.')
    fixture.statuses.set('s:api-pool/api2', 'DOWN')
    fixture.since.set('s:api-pool/api2', fixture.snapshot - 300)
    server.next()
    await expect.poll(() => sentence.textContent()).toMatch(/Server api-pool\/api2 is DOWN, since \d\d:\d\d \(5m/)
    await expect.poll(() => page.title()).toMatch(/^▲/)
    const row = page.getByRole('row', { name: /api2/ })
    await expect.poll(() => row.textContent()).toContain('DOWN')
    const said = page.locator('[aria-live=polite]')
    await expect.poll(() => said.textContent()).toContain('New: Server api-pool/api2 is DOWN.')
    fixture.statuses.clear()
    server.next()
    await expect.poll(() => said.textContent()).toContain('Resolved: Server api-pool/api2 is DOWN.')
    await expect.poll(() => sentence.textContent()).toContain('All is well')
  })

  it('shows the values of the API for every row', async () => {
    const { page, server } = await open()
    const { fields, rows } = (await (await fetch(`${server.url}api/v1/rows?fields=status,scur,rate`)).json()) as {
      fields: string[]
      rows: [string, string, string, string, number[], string, number, number][]
    }
    expect(fields).toEqual(['status', 'scur', 'rate'])
    for (const [key, , , , , status, scur, rate] of rows) {
      const cells = page.locator(`tr:has([data-link="${key}"])`)
      expect(await cells.locator('.state .word').textContent()).toBe(status)
      expect(await cells.locator('td').nth(2).textContent()).toBe(String(scur))
      expect(Number(await cells.locator('.column-rate').textContent())).toBeCloseTo(rate, 0)
    }
  })

  it('shows processes, totals and lines of the last hour', async () => {
    const { page } = await open()
    await page.getByRole('link', { name: 'lb2' }).waitFor()
    expect(await page.locator('.process').count()).toBe(2)
    expect(
      await page
        .locator('.process .fill')
        .first()
        .evaluate((bar) => bar.getBoundingClientRect().width),
    ).toBeGreaterThan(3)
    await expect.poll(() => page.locator('.tile .spark path').count()).toBe(7)
    await expect.poll(() => page.locator('.trend path').count()).toBe(19)
  })

  it('names a process that did not answer', async () => {
    const { page } = await open({ prepare: ({ missing }) => missing.push('lb2') })
    await page.getByText('did not answer').waitFor()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Process lb2 is missing')
  })
})

describe('what is looked at', () => {
  it('is filtered as one types, by name and by state', async () => {
    const { page } = await open({ prepare: ({ statuses }) => statuses.set('s:shop-pool/shop1', 'DOWN') })
    await page.keyboard.press('/')
    await page.keyboard.type('down')
    const names = () =>
      page.locator('.grid [data-link]').evaluateAll((links) => links.map((link) => link.dataset['link']))
    await expect.poll(names).toEqual(['b:shop-pool', 's:shop-pool/shop1'])
    expect(page.url()).toContain('#filter=down')
    await page.keyboard.press('Escape')
    await expect.poll(async () => (await names()).length).toBe(19)
  })

  it('is sorted by a click on any column, and the back button takes that back', async () => {
    const { page } = await open({ hash: '#view=servers' })
    const values = () => page.locator('.grid .column-rate:not(thead *)').allTextContents()
    const before = await values()
    await page.getByRole('columnheader', { name: /^Rate/ }).getByRole('button').click()
    await expect.poll(async () => (await values()).map(Number)).toEqual(before.map(Number).toSorted((a, b) => b - a))
    expect(page.url()).toContain('sort=-rate')
    expect(await page.getByRole('columnheader', { name: /^Rate/ }).getAttribute('aria-sort')).toBe('descending')
    await page.goBack()
    await expect.poll(values).toEqual(before)
  })

  it('is in the address, whole', async () => {
    const { page } = await open({ hash: '#view=servers&filter=shop&sort=-sessions&open=s:shop-pool/shop2&range=day' })
    await page.getByRole('heading', { name: 'server shop-pool/shop2' }).waitFor()
    expect(await page.getByRole('button', { name: 'Last day' }).getAttribute('aria-pressed')).toBe('true')
    expect(await page.getByRole('searchbox').inputValue()).toBe('shop')
    expect(await page.locator('.grid .row').count()).toBe(3)
    await page.locator('.chart canvas').nth(3).waitFor()
  })
})

describe('the panel', () => {
  it('opens with charts whose cursors move together, all fields and each process; closes with the focus back', async () => {
    const { page } = await open()
    const link = page.locator('[data-link="s:api-pool/api1"]')
    await link.focus()
    await page.keyboard.press('Enter')
    const panel = page.getByRole('complementary')
    await panel.locator('.chart canvas').nth(3).waitFor()
    expect(await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200))).toContain('panel-title')
    const box = (await panel.locator('.u-over').first().boundingBox())!
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    const times = () => panel.locator('.chart .at').allTextContents()
    await expect.poll(async () => new Set(await times()).size).toBe(1)
    expect((await times())[0]).toMatch(/^\d\d:\d\d:\d\d$/)
    expect(await panel.getByRole('img').first().getAttribute('aria-label')).toMatch(
      /^Sessions of the last hour: open now \d+, least/,
    )
    expect(await panel.locator('.split tbody tr').count()).toBe(2)
    expect(await panel.locator('.fields tbody th').allTextContents()).toContain('status ')
    await page.keyboard.press('Escape')
    await expect.poll(() => panel.count()).toBe(0)
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset['link'])).toBe('s:api-pool/api1')
  })

  it('opens for a process', async () => {
    const { page } = await open({ hash: '#open=p:lb1' })
    await page.getByRole('heading', { name: 'process lb1' }).waitFor()
    await page.locator('.chart canvas').nth(2).waitFor()
    expect(await page.locator('.chart figcaption b').first().textContent()).toContain('CPU')
  })

  it('reports a missing row, and shows another one', async () => {
    const { page } = await open({ hash: '#open=s:app/<b>gone', expected: /404/ })
    await page.getByText('There is no server app/<b>gone in the newest snapshot.').waitFor()
    await page.evaluate(() => {
      location.hash = '#open=s:api-pool/api1'
    })
    await page.getByRole('heading', { name: 'All fields' }).waitFor()
  })
})

describe('keys', () => {
  it('walk through the rows, open, close and help', async () => {
    const { page } = await open()
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset['link'])
    await page.keyboard.press('j')
    await expect.poll(focused).toBe('f:www')
    for (const key of ['j', 'j', 'j', 'ArrowDown', 'k']) await page.keyboard.press(key)
    await expect.poll(focused).toBe('b:www-pool')
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'backend www-pool' }).waitFor()
  })
})

describe('the policy', () => {
  it('refuses scripts and styles that are not files of the page, and the tests detect it', async () => {
    const { page, consoleErrors } = await open({ expected: /policy|Content Security Policy/ })
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.ran = true'
      document.head.append(script)
      document.body.insertAdjacentHTML('beforeend', '<p style="color: red">styled</p>')
    })
    await expect.poll(() => consoleErrors.filter((text) => text.startsWith('policy: ')).length).toBe(2)
    expect(await page.evaluate(() => 'ran' in window)).toBe(false)
  })
})

describe('events', () => {
  it('are not needed: without them the page polls', async () => {
    const { page, server, fixture } = await open({
      expected: /ERR_|Failed to load|EventSource/,
      before: (context) => context.route('**/api/v1/events', (route) => route.abort()),
    })
    fixture.statuses.set('s:api-pool/api2', 'DOWN')
    server.next()
    const row = page.getByRole('row', { name: /api2/ })
    await expect.poll(() => row.textContent()).toContain('DOWN')
    expect(await page.locator('.age').getAttribute('title')).toContain('polls every few seconds')
  })
})

describe('old data', () => {
  it('is marked stale, a lost connection lost; both recover without reloading', async () => {
    const { page, server, fixture } = await open({ expected: /ERR_|Failed to load|EventSource/ })
    const freshness = () => page.evaluate(() => document.documentElement.dataset['freshness'])
    await expect.poll(freshness).toBe('fresh')
    await server.stop()
    await expect.poll(freshness, { timeout: 20_000 }).toBe('lost')
    expect(await page.getByRole('alert').textContent()).toContain('Connection lost')
    expect(await page.locator('main').evaluate((main) => getComputedStyle(main).filter)).toBe('grayscale(1)')
    fixture.snapshot -= 300
    await server.start()
    await expect.poll(freshness, { timeout: 30_000 }).toBe('stale')
    await page.getByText('Stale: the newest snapshot is').waitFor()
    fixture.snapshot += 300
    for (let now = fixture.snapshot; now < Date.now() / 1000 - 10; now += 10) server.next()
    await expect.poll(freshness, { timeout: 30_000 }).toBe('fresh')
    expect(await page.locator('.banner').count()).toBe(0)
  })
})

describe('colours', () => {
  it('can be chosen, and the choice lasts', async () => {
    const { page } = await open({ colorScheme: 'light' })
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    const light = await ground()
    const button = page.getByRole('button', { name: /^Colours/ })
    await button.click()
    await button.click()
    await expect.poll(() => button.textContent()).toContain('dark')
    await expect.poll(ground).not.toBe(light)
    await page.reload()
    await page.locator('.grid .row').first().waitFor()
    expect(await ground()).not.toBe(light)
  })
})
