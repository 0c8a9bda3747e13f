/** The real HTTP server and the built page over made-up answers. */
import { pageDirectory } from '@haproxystats/page'
import type { View } from '../../packages/process/src/http/live/view.ts'
import { HttpServer } from '../../packages/process/src/http/server/server.ts'
import { readStaticFiles } from '../../packages/process/src/http/server/static-files.ts'
import { MemoryHistory } from '../../packages/process/src/http/trend/memory-history.ts'
import { parseConfiguration } from './configuration.ts'
import { freePort } from './free-port.ts'
import { type Fixture, fixtureRoutes } from './page-fixture.ts'

export interface PageServer {
  readonly url: string
  /** Publishes the next snapshot to open pages. */
  next(): void
  stop(): Promise<void>
  /** At the same address again. */
  start(): Promise<void>
}

export async function servePage(fixture: Fixture): Promise<PageServer> {
  const port = await freePort()
  const settings = parseConfiguration(`[http]\nlisten = 127.0.0.1:${port}\n`).http!
  const view = () => ({ snapshot: fixture.snapshot }) as View
  const facts = {
    get view() {
      return view()
    },
    history: new MemoryHistory({ bound: 2 ** 20 }),
    status: {},
    interval: fixture.interval,
    now: () => Date.now() / 1000,
  }
  const files = readStaticFiles(pageDirectory)
  let server: HttpServer | undefined
  const start = async () => {
    server = new HttpServer({ settings, routes: fixtureRoutes(fixture), files, facts, log: () => undefined })
    await server.start()
  }
  await start()
  return {
    url: `http://127.0.0.1:${port}/`,
    start,
    next() {
      fixture.snapshot += fixture.interval
      server?.refresh()
    },
    async stop() {
      await server?.close()
      server = undefined
    },
  }
}
