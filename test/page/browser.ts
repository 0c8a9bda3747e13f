/** Debian's chromium for tests, and pages of it that fail the test on any error that a person would find in the console. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'

const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage'],
]

export interface OpenPage {
  readonly page: Page
  /** What the console said that is not all right: errors, warnings, violations of the policy, exceptions. */
  readonly troubles: string[]
}

export interface PageOptions {
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
  readonly isPhone?: boolean
  /** Troubles that the test itself makes, as when it stops the server. */
  readonly expected?: RegExp
  /** Done to the browser before it opens the page. */
  readonly before?: (context: BrowserContext) => Promise<unknown>
}

/** A browser of its own with an empty profile; closed when the test has finished, which then also looks at the troubles. */
export async function openPage(url: string, options: PageOptions = {}): Promise<OpenPage> {
  const context = await launch(options)
  await options.before?.(context)
  const page = context.pages()[0] ?? (await context.newPage())
  const troubles: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text())
  })
  page.on('pageerror', (error) => troubles.push(String(error)))
  const foreign: string[] = []
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin) {
      foreign.push(request.url())
    }
  })
  onTestFinished(() => {
    expect(foreign, 'requests to elsewhere').toEqual([])
    expect(
      troubles.filter((text) => options.expected?.test(text) !== true),
      'errors in the console',
    ).toEqual([])
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`)
    })
  })
  await page.goto(url)
  await page.locator('.grid tbody .row').first().waitFor()
  return { page, troubles }
}

async function launch({
  width = 1440,
  height = 900,
  colorScheme = 'light',
  isPhone,
}: PageOptions): Promise<BrowserContext> {
  const profile = await mkdtemp(join(tmpdir(), 'hs-chromium-'))
  const phone: BrowserContextOptions = isPhone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 1.5 } : {}
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: flags,
    ...{ viewport: { width, height }, colorScheme, locale: 'en-GB', timezoneId: 'UTC', ...phone },
  })
  onTestFinished(async () => {
    await context.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 3 })
  })
  return context
}
