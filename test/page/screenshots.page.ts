import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeFixture } from '../support/page-fixture.ts'
import { servePage } from '../support/page-server.ts'
import { openPage, type PageOptions } from './browser.ts'

/** `npm run screenshots` writes those of the README anew; a run of all tests only shows that they can be made. */
const directory =
  process.env['SCREENSHOTS'] ?? fileURLToPath(new URL('../../node_modules/.cache/screenshots/', import.meta.url))

const phone = { width: 390, height: 844, isPhone: true } as const
const desk = { width: 1280, height: 760 } as const

const pictures: readonly (readonly [name: string, hash: string, options: PageOptions])[] = [
  ['page-light', '', { ...desk, colorScheme: 'light' }],
  ['page-dark', '#open=s:shop-pool/shop2', { ...desk, colorScheme: 'dark' }],
  ['phone-light', '', { ...phone, colorScheme: 'light' }],
  ['phone-dark', '#open=b:shop-pool', { ...phone, colorScheme: 'dark' }],
]

describe('screenshots', () => {
  it.each(pictures)('%s', async (name, hash, options) => {
    const fixture = makeFixture({ frontends: 5, backends: 6, serversEach: 4, processes: 4 })
    const { snapshot } = fixture
    fixture.statuses.set('s:shop-pool/shop2', 'DOWN').set('s:api-pool/api4', 'MAINT').set('s:auth-pool/auth1', 'UP 1/3')
    fixture.since.set('s:shop-pool/shop2', snapshot - 320).set('s:api-pool/api4', snapshot - 7_400)
    fixture.since.set('s:auth-pool/auth1', snapshot - 12)
    const server = await servePage(fixture)
    onTestFinished(() => server.stop())
    const { page } = await openPage(`${server.url}${hash}`, options)
    await page.waitForFunction(() => document.querySelectorAll('.tile .spark path').length === 7)
    if (name === 'page-light') await page.locator('.trend path').nth(5).waitFor()
    if (hash !== '') await page.locator('.chart canvas').nth(2).waitFor()
    mkdirSync(directory, { recursive: true })
    const path = join(directory, `${name}.png`)
    await page.screenshot({ path, animations: 'disabled' })
    expect(statSync(path).size).toBeLessThan(200_000)
  })
})
