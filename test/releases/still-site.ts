/** One snapshot of real HAProxy processes, its raw answers, and the responses of [http] for it. */
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startFleet } from '../support/fleet.ts'
import { freePort } from '../support/free-port.ts'
import type { Haproxy, HaproxyOptions } from '../support/haproxy.ts'
import { Program } from '../support/program.ts'
import { queueEntries } from '../support/queue.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

export interface StillSite {
  /** The answer to `show stat` of each process, `lb1`, `lb2`, …, as it is in the snapshot. */
  readonly stats: ReadonlyMap<string, string>
  /** The answer to `show info` of each. */
  readonly infos: ReadonlyMap<string, string>
  /** The body of the response for this path. */
  get(path: string): Promise<string>
}

/** Starts the processes, calls `prepare` with them, takes one snapshot and serves it. */
export async function stillSite(
  daemons: number,
  options: HaproxyOptions,
  prepare: (daemons: readonly Haproxy[]) => Promise<void>,
): Promise<StillSite> {
  const base = await temporaryDirectory()
  const fleet = await startFleet(base, daemons, options)
  await prepare(fleet.daemons)
  const file = join(base, 'haproxystats.conf')
  const port = await freePort()
  const sections = fleet.sections.replace('pull-interval = 1', 'pull-interval = 3600')
  await writeFile(file, `${sections}\n[process]\nworkers = 1\n[http]\nlisten = 127.0.0.1:${port}\n`)
  const code = await new Program('pull', '-f', file, '--once').ended()
  if (code !== 0) throw new Error(`haproxystats-pull --once ended with ${code}`)
  const raw = await temporaryDirectory()
  await cp(join(base, 'incoming'), raw, { recursive: true })
  new Program('process', '-f', file)
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  await until('the snapshot to be served', async () => (await get('/ready').catch(() => '')).startsWith('ready'))
  const [snapshot = ''] = await queueEntries(raw)
  const answers = async (suffix: string) => {
    const names = (await readdir(join(raw, snapshot))).filter(
      (name) => /^lb\d+\.sock_/.test(name) && name.endsWith(suffix),
    )
    const entries = names.map(async (name): Promise<[string, string]> => {
      return [name.replace(`.sock${suffix}`, ''), await readFile(join(raw, snapshot, name), 'utf8')]
    })
    return new Map(await Promise.all(entries))
  }
  return { stats: await answers('_stat'), infos: await answers('_info'), get }
}
