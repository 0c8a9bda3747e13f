import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeFixture } from '../support/page-fixture.ts'
import { servePage } from '../support/page-server.ts'
import { openPage } from './browser.ts'

const large = { frontends: 100, backends: 1_000, serversEach: 10, processes: 4 }

/** What scrolling costs: milliseconds between frames, and the most rows that were in the document. */
interface Scrolling {
  readonly frames: readonly number[]
  readonly mostRows: number
  readonly seenRows: number
  /** Frames in which a place that can be seen had no row. */
  readonly empty: number
}

/** Scrolls down by 150 pixels a frame: nine screens a second. */
function scroll(page: Page, steps: number): Promise<Scrolling> {
  return page.evaluate(async (count) => {
    const frames: number[] = []
    const seen = new Set<string>()
    let mostRows = 0
    let empty = 0
    let before = performance.now()
    for (let step = 0; step < count; step++) {
      window.scrollBy(0, 150)
      const now = await new Promise<number>((resolve) =>
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))),
      )
      frames.push(now - before)
      before = now
      const rows = document.querySelectorAll<HTMLElement>('.grid .row [data-link]')
      for (const row of rows) seen.add(row.dataset['link']!)
      mostRows = Math.max(mostRows, rows.length)
      const middle = document.elementFromPoint(200, window.innerHeight / 2)
      if (middle?.closest('.gap') != null) empty++
    }
    return { frames, mostRows, seenRows: seen.size, empty }
  }, steps)
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

async function openLarge(hash = '') {
  const server = await servePage(makeFixture(large))
  onTestFinished(() => server.stop())
  return { server, ...(await openPage(`${server.url}${hash}`)) }
}

describe('1,000 backends with 10,000 servers', () => {
  it('scroll smoothly, with few rows in the document', async () => {
    const { page } = await openLarge()
    const grid = page.locator('.grid')
    expect(await grid.getAttribute('aria-rowcount')).toBe(String(1 + 2 + 100 + 1_000 + 10_000))
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable')
    const layouts = async () => {
      const { metrics } = await session.send('Performance.getMetrics')
      return metrics.find(({ name }) => name === 'LayoutCount')!.value
    }
    const before = await layouts()
    const steps = 200
    const table = await scroll(page, steps)
    const layoutsEach = ((await layouts()) - before) / steps
    // The same in a document of the same height that has nothing in it: what this machine can do at this moment.
    await page.evaluate(() => {
      const { scrollHeight } = document.documentElement
      document.body.textContent = ''
      document.body.style.height = `${scrollHeight}px`
      window.scrollTo(0, 0)
    })
    const plain = await scroll(page, steps)
    console.log(
      `median frame ${median(table.frames).toFixed(1)} ms, without the table ${median(plain.frames).toFixed(1)} ms; ` +
        `at most ${table.mostRows} rows, ${table.seenRows} seen; ${layoutsEach.toFixed(2)} layouts a step; ${table.empty} empty`,
    )
    expect(table.seenRows).toBeGreaterThan(1_000)
    expect(table.mostRows).toBeLessThan(120)
    expect(layoutsEach).toBeLessThan(4)
    expect(table.empty).toBeLessThan(steps / 10)
    expect(median(table.frames) / median(plain.frames)).toBeLessThan(8)
  })

  it('can be jumped through: the end, a deep link, the filter', async () => {
    const { page } = await openLarge('#view=servers')
    await page.keyboard.press('End')
    await page.getByRole('link', { name: 'admin-99-pool/admin-9910', exact: true }).waitFor()
    expect(await page.locator('.grid .row').last().getAttribute('aria-rowindex')).toBe('10001')
    await page.getByRole('searchbox').fill('search-42-pool/search-427')
    await expect.poll(() => page.locator('.grid .row').count()).toBe(1)
    expect(await page.locator('.found').textContent()).toBe('1 row')
  })

  it('keep the focus on its row while it is scrolled away', async () => {
    const { page } = await openLarge()
    await page.keyboard.press('j')
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset['link'])
    await expect.poll(focused).toBe('f:www')
    await scroll(page, 80)
    expect(await focused()).toBe('f:www')
    await page.keyboard.press('j')
    await expect.poll(focused).toBe('f:api')
    await expect
      .poll(() => page.locator('[data-link="f:api"]').evaluate((link) => link.getBoundingClientRect().top))
      .toBeGreaterThan(0)
  })

  it('are up to date after the next snapshot, with the same place in sight', async () => {
    const { page, server } = await openLarge()
    await page.evaluate(() => window.scrollTo(0, 100_000))
    const shown = () => page.locator('.grid .row .name').allTextContents()
    await expect.poll(async () => (await shown()).length).toBeGreaterThan(20)
    const before = await shown()
    const rates = () => page.locator('.grid .row .column-rate').allTextContents()
    const old = await rates()
    server.next()
    await expect.poll(rates).not.toEqual(old)
    expect(await shown()).toEqual(before)
  })
})
