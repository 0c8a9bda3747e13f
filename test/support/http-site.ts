/**
 * Both programs on real HAProxy processes, with a section `[http]`:
 *
 *     const site = await httpSite({ daemons: 2 })
 *     await (await site.get('/stats;csv')).text()
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startFleet } from './fleet.ts'
import { freePort } from './free-port.ts'
import type { Haproxy, HaproxyOptions } from './haproxy.ts'
import { Program } from './program.ts'
import { temporaryDirectory } from './temporary.ts'
import { until } from './until.ts'

export interface HttpSite {
  readonly base: string
  /** Their sources are called `lb1`, `lb2`, … */
  readonly daemons: readonly Haproxy[]
  /** Without a slash at its end. */
  readonly address: string
  readonly port: number
  readonly pull: Program
  readonly process: Program
  get(path: string, headers?: Record<string, string>): Promise<Response>
  /** Waits until a snapshot is served that was begun later than now, and returns its timestamp. */
  newSnapshot(): Promise<number>
}

export interface HttpSiteOptions extends HaproxyOptions {
  readonly daemons?: number
  /** More lines for sections of the configuration, which ends in `[http]`. */
  readonly http?: string
  /** Another address to listen at. */
  readonly alsoListen?: string
  readonly before?: string
}

/** Starts everything and waits until numbers are served. */
export async function httpSite({
  daemons = 2,
  http = '',
  before = '',
  alsoListen,
  ...haproxy
}: HttpSiteOptions = {}): Promise<HttpSite> {
  const base = await temporaryDirectory()
  const { daemons: started, sections } = await startFleet(base, daemons, haproxy)
  const port = await freePort()
  const file = join(base, 'haproxystats.conf')
  await writeFile(
    file,
    `${sections}
[process]
workers = 1
loglevel = debug
[graphite]
enabled = false
${before}
[http]
listen = 127.0.0.1:${port}${alsoListen === undefined ? '' : `, ${alsoListen}`}
${http}`,
  )
  const site: HttpSite = {
    base,
    daemons: started,
    address: `http://127.0.0.1:${port}`,
    port,
    pull: new Program('pull', '-f', file),
    process: new Program('process', '-f', file),
    get: (path, headers = {}) => fetch(`${site.address}${path}`, { headers }),
    newSnapshot: async () => {
      const begin = Math.ceil(Date.now() / 1000)
      return until('a new snapshot', async () => {
        const { snapshot } = (await (await site.get('/api/v1/overview')).json()) as { snapshot: number }
        return snapshot > begin && snapshot
      })
    },
  }
  await until('the first snapshot to be served', async () => (await site.get('/ready').catch(() => undefined))?.ok)
  return site
}
