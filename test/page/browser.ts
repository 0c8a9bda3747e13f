/** Debian's chromium for tests, and pages that fail the test on any error in the console. */
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
  /** Errors and warnings of the console, violations of the content security policy, exceptions. */
  readonly consoleErrors: string[]
}

export interface PageOptions {
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
  readonly isPhone?: boolean
  /** Errors that the test itself causes, as by stopping the server. */
  readonly expected?: RegExp
  /** Done to the browser before it opens the page. */
  readonly before?: (context: BrowserContext) => Promise<unknown>
}

/** Opens a browser with an empty profile. At the end of the test it is closed, and unexpected errors fail the test. */
export async function openPage(url: string, options: PageOptions = {}): Promise<OpenPage> {
  const context = await launch(options)
  await options.before?.(context)
  const page = context.pages()[0] ?? (await context.newPage())
  const consoleErrors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') consoleErrors.push(message.text())
  })
  page.on('pageerror', (error) => consoleErrors.push(String(error)))
  const foreign: string[] = []
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin) {
      foreign.push(request.url())
    }
  })
  onTestFinished(() => {
    expect(foreign, 'requests to elsewhere').toEqual([])
    expect(
      consoleErrors.filter((text) => options.expected?.test(text) !== true),
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
  return { page, consoleErrors }
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
