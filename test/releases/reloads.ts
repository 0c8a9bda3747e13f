/** A master with an old and a new worker, read by both programs, and a known number of requests. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Pull } from '../pull/pull-program.ts'
import { reload, silentServer, workersOf } from '../sources/master.ts'
import { type Haproxy, type PortOf, startHaproxy } from '../support/haproxy.ts'
import { Program } from '../support/program.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

/** Every object has a guid, by which HAProxy identifies it after a reload. */
const config = (sink: string) => (port: PortOf) =>
  `
frontend www
  guid frontend-www
  bind 127.0.0.1:${port('www')} guid-prefix www
  default_backend app

backend app
  guid backend-app
  server one 127.0.0.1:${port('echo')} guid server-one

frontend echo
  guid frontend-echo
  bind 127.0.0.1:${port('echo')} guid-prefix echo
  http-request return status 200 content-type text/plain string ok

listen held
  guid listen-held
  mode tcp
  timeout client 60s
  timeout server 60s
  bind 127.0.0.1:${port('held')} guid-prefix held
  server sink 127.0.0.1:${sink} guid server-sink
`

export interface ReloadedSite {
  readonly haproxy: Haproxy
  readonly master: string
  /** Sends so many requests to the frontend `www`. */
  request(times: number): Promise<void>
  reload(): Promise<void>
  /** Waits until only the newest worker is left. */
  alone(): Promise<void>
  /** The datapoints of a snapshot that begins later than now, without the common prefix of their paths. */
  values(): Promise<ReadonlyMap<string, number>>
}

/** Starts everything, with more lines for HAProxy's section `global`, and `counters = monotonic`. */
export async function reloadedSite(global: (directory: string) => string): Promise<ReloadedSite> {
  const base = await temporaryDirectory()
  const master = join(base, 'master.sock')
  const sink = new URL(await silentServer(false)).port
  const haproxy = await startHaproxy({
    masterSocket: master,
    level: 'admin',
    global: global(base),
    config: config(sink),
  })
  const file = join(base, 'haproxystats.conf')
  const stored = join(base, 'stored')
  await writeFile(
    file,
    `[paths]
base-dir = ${base}
[pull]
servers = master://${master}
counters = monotonic
pull-interval = 1
pull-timeout = 0
[process]
workers = 1
[graphite]
enabled = false
prefix-hostname = false
[local-store]
dir = ${stored}
`,
  )
  const pull = new Pull(base, new Program('pull', '-f', file))
  new Program('process', '-f', file)
  return {
    haproxy,
    master,
    request: async (times) => {
      for (let request = 0; request < times; request++) {
        const url = `http://127.0.0.1:${haproxy.port('www')}/`
        await (await fetch(url, { headers: { connection: 'close' } })).text()
      }
    },
    reload: () => reload({ haproxy, master }),
    alone: async () => void (await until('the old workers to end', async () => (await workersOf(master)).length === 1)),
    values: async () => {
      const now = Date.now()
      const snapshot = await until('a snapshot of now', async () => {
        const status = await pull.status().catch(() => ({ lastPublished: 0 }))
        const last = Number(status['lastPublished'] ?? 0)
        return last * 1000 > now && last
      })
      const text = await until(`snapshot ${snapshot} to be stored`, () =>
        readFile(join(stored, String(snapshot), 'stats'), 'utf8').catch(() => undefined),
      )
      const lines = text.trimEnd().split('\n')
      return new Map(
        lines.map((line) => {
          const [path = '', value] = line.split(' ')
          return [path.replace('loadbalancers.haproxy.', ''), Number(value)]
        }),
      )
    },
  }
}

/** The counters of `www`, its backend and its server. */
export const countedBy = (values: ReadonlyMap<string, number>) =>
  ['frontend.www.stot', 'backend.app.stot', 'backend.app.server.one.stot', 'frontend.www.hrsp_2xx'].map((path) =>
    values.get(path),
  )
