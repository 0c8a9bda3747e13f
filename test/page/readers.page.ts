import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeFixture } from '../support/page-fixture.ts'
import { servePage } from '../support/page-server.ts'
import { openPage, type PageOptions } from './browser.ts'

/** A page with something in every state. */
async function open(hash: string, options: PageOptions = {}) {
  const fixture = makeFixture({ frontends: 2, backends: 3, serversEach: 4, processes: 2 })
  const states = ['DOWN', 'UP 1/3', 'DOWN 1/2', 'MAINT', 'DRAIN', 'NOLB', 'no check']
  for (const [index, state] of states.entries()) {
    const name = ['www', 'api'][index % 2]
    fixture.statuses.set(`s:${name}-pool/${name}${1 + (index >> 1)}`, state)
  }
  fixture.statuses.set('b:shop-pool', 'DOWN').set('f:api', 'FULL')
  fixture.missing.push('lb2')
  const server = await servePage(fixture)
  onTestFinished(() => server.stop())
  return openPage(`${server.url}${hash}`, options)
}

interface Thing {
  readonly role: string
  readonly name: string
}

/** The accessibility tree of Chromium. */
async function things(page: Page): Promise<readonly Thing[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name }) => ({ role: String(role?.value), name: String(name?.value ?? '').trim() }))
}

/** Roles that need a name. */
const named = new Set([
  'button',
  'link',
  'searchbox',
  'combobox',
  'image',
  'img',
  'dialog',
  'columnheader',
  'rowheader',
  'table',
  'complementary',
  'region',
  'navigation',
])

describe('screen readers', () => {
  it('find a name of everything, and the landmarks', async () => {
    const { page } = await open('#open=s:www-pool/www1')
    await page.locator('.chart canvas').nth(3).waitFor()
    const all = await things(page)
    expect(all.filter(({ role, name }) => named.has(role) && name === '')).toEqual([])
    const roles = all.map(({ role }) => role)
    for (const role of ['banner', 'main', 'navigation', 'complementary', 'searchbox', 'table', 'status']) {
      expect(roles, role).toContain(role)
    }
    expect(roles.filter((role) => role === 'columnheader').length).toBeGreaterThan(8)
  })

  it('get the size of the table, the positions in it, and its order', async () => {
    const { page } = await open('#sort=-rate')
    const grid = page.locator('.grid')
    expect(await grid.getAttribute('aria-rowcount')).toBe(String(1 + 2 + 2 + 3 + 12))
    const indexes = await grid
      .locator('tr[aria-rowindex]')
      .evaluateAll((rows) => rows.map((row) => Number(row.ariaRowIndex)))
    expect(indexes).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    const columns = await grid
      .locator('thead th')
      .evaluateAll((cells) => cells.map((cell) => Number(cell.ariaColIndex)))
    expect(columns).toEqual(columns.toSorted((a, b) => a - b))
    expect(Number(await grid.getAttribute('aria-colcount'))).toBeGreaterThanOrEqual(columns.at(-1)!)
    expect(await grid.locator('thead [aria-sort=descending]').count()).toBe(1)
  })

  it('find headings in their order', async () => {
    const { page } = await open('#open=b:www-pool')
    await page.getByRole('heading', { name: 'All fields' }).waitFor()
    const levels = await page
      .locator('h1, h2, h3')
      .evaluateAll((all) => all.filter((one) => one.checkVisibility()).map((one) => Number(one.tagName[1])))
    expect(levels[0]).toBe(1)
    levels.reduce((before, level) => {
      expect(level - before).toBeLessThanOrEqual(1)
      return level
    })
  })

  it('get states as words, not only as colours', async () => {
    const { page } = await open('')
    const cells = await page.locator('td.state').allTextContents()
    expect(cells.length).toBeGreaterThan(10)
    for (const text of cells) expect(text).toMatch(/^\S ?(UP|DOWN|MAINT|DRAIN|NOLB|OPEN|FULL|no check)/u)
  })
})

interface Text {
  readonly text: string
  readonly contrast: number
  readonly needed: number
}

/** The contrast of every visible text to its background, by WCAG 2. */
function contrasts(page: Page): Promise<readonly Text[]> {
  return page.evaluate(() => {
    const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number)
    const luminance = (rgb: readonly number[]) => {
      const [red, green, blue] = rgb.slice(0, 3).map((channel) => {
        const share = channel / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
    }
    const behind = (element: Element): readonly number[] => {
      for (let one: Element | null = element; one !== null; one = one.parentElement) {
        const colour = channels(getComputedStyle(one).backgroundColor)
        if ((colour[3] ?? 1) === 1) return colour
      }
      return [255, 255, 255]
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found: { text: string; contrast: number; needed: number }[] = []
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const element = node.parentElement
      const text = node.textContent?.trim() ?? ''
      if (element === null || text === '' || !element.checkVisibility() || element.closest('.unseen') !== null) continue
      const style = getComputedStyle(element)
      const [light, dark] = [luminance(channels(style.color)), luminance(behind(element))].sort((a, b) => b - a)
      const size = Number.parseFloat(style.fontSize)
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
      found.push({ text, contrast: (light! + 0.05) / (dark! + 0.05), needed: isLarge ? 3 : 4.5 })
    }
    return found
  })
}

describe.each(['light', 'dark'] as const)('contrast, %s', (colorScheme) => {
  it.each(['', '#open=s:www-pool/www1', '#open=b:shop-pool&filter=problem'])('is enough at %s', async (hash) => {
    const { page } = await open(hash, { colorScheme })
    if (hash !== '') await page.getByRole('heading', { name: 'All fields' }).waitFor()
    const all = await contrasts(page)
    expect(all.length).toBeGreaterThan(100)
    expect(all.filter(({ contrast, needed }) => contrast < needed)).toEqual([])
  })

  it('is enough in the help', async () => {
    const { page } = await open('', { colorScheme })
    await page.getByRole('button', { name: 'Help' }).click()
    await page.getByRole('dialog').waitFor()
    expect((await contrasts(page)).filter(({ contrast, needed }) => contrast < needed)).toEqual([])
  })
})

describe.each([320, 360, 400])('a telephone %i pixels wide', (width) => {
  it('shows everything without scrolling sideways, with room for fingers', async () => {
    const { page } = await open('', { width, height: 720, isPhone: true })
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(await page.evaluate(() => window.innerWidth)).toBe(width)
    expect(await overflow()).toBe(0)
    const small = await page.locator('button, .toolbar a, input, select').evaluateAll((all) =>
      all
        .filter((one) => one.checkVisibility())
        .filter((one) => one.getBoundingClientRect().height < 24)
        .map((one) => one.outerHTML),
    )
    expect(small).toEqual([])
    expect(
      await page
        .locator('.grid .row')
        .first()
        .evaluate((row) => row.clientHeight),
    ).toBe(44)
    await page.locator('.grid .row').nth(3).tap()
    await page.getByRole('complementary').waitFor()
    await page.locator('.chart canvas').nth(2).waitFor()
    expect(await overflow()).toBe(0)
    const panel = await page.getByRole('complementary').boundingBox()
    expect(panel?.width).toBe(width)
  })
})
