import { readdirSync } from 'node:fs'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Program } from './support/program.ts'
import { goldenSnapshots } from './support/recorded.ts'
import { temporaryDirectory } from './support/temporary.ts'

const folder = fileURLToPath(new URL('../contrib/grafana/', import.meta.url))
const files = readdirSync(folder).flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? [])

/** What is looked at here of Grafana's dashboard JSON model. */
interface Model {
  readonly uid: string
  readonly title: string
  readonly schemaVersion: number
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] }
  readonly panels: readonly {
    readonly id: number
    readonly type: string
    readonly title: string
    readonly description?: string
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly targets: readonly { readonly refId: string; readonly target: string }[]
  }[]
}

const read = async (file: string): Promise<Model> => JSON.parse(await readFile(join(folder, `${file}.json`), 'utf8'))

/** The path in a target, with a pattern for whatever an operator chooses. */
function pathOf(target: string): RegExp {
  const [path = ''] = /\$namespace\.[^,()]+/.exec(target) ?? []
  const pattern = path.replace(/\$namespace|\$\w+|\*/g, '\0').replace(/[.+?^{}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${pattern.replaceAll('\0', '[^.]+')}$`)
}

/** The paths of all that haproxystats sends of a recorded snapshot, with these settings. */
async function sent(settings: string): Promise<string[]> {
  const base = await temporaryDirectory()
  const file = join(base, 'haproxystats.conf')
  const store = `[graphite]\nenabled = false\n[local-store]\ndir = ${base}/store\n`
  await writeFile(file, `[paths]\nbase-dir = ${base}\n[process]\n${settings}\n${store}`)
  await mkdir(join(base, 'incoming'), { mode: 0o750 })
  const { path, timestamp } = goldenSnapshots.find((snapshot) => snapshot.case.endsWith('3.2'))!
  await cp(path, join(base, 'incoming', timestamp), { recursive: true })
  const program = new Program('process', '-f', file)
  await program.said('1 snapshot delivered')
  const text = await readFile(join(base, 'store', timestamp, 'stats'), 'utf8')
  expect(await program.stop()).toBe(0)
  return text.split('\n').map((line) => line.split(' ')[0]!)
}

describe('every target of a dashboard', () => {
  it('is sent, by default or with the option that its panel names', async () => {
    const byDefault = await sent('')
    const options = ['calculate-percentages = true', 'server-state-metrics = true', 'server-limit = 1']
    const withOptions = await Promise.all(options.map(sent))
    const models = await Promise.all(files.map(read))
    const missing = models.flatMap(({ title, panels }) =>
      panels.flatMap((panel) => {
        const option = /option ([\w-]+)\./.exec(panel.description ?? '')?.[1]
        const paths =
          option === undefined ? byDefault : withOptions[options.findIndex((text) => text.startsWith(option))]!
        const absent = panel.targets.filter(({ target }) => !paths.some((path) => pathOf(target).test(path)))
        return absent.map(({ target }) => `${title}: ${panel.title}: ${target}`)
      }),
    )
    expect(missing).toEqual([])
    expect(byDefault.some((path) => pathOf('alias($namespace.$host.haproxy.daemon.Curr, 1)').test(path))).toBe(false)
  })
})

describe.each(files)('%s', (file) => {
  it('has what a dashboard of Grafana has, each once', async () => {
    const { uid, schemaVersion, panels, templating } = await read(file)
    expect(uid).toBe(`haproxystats-${file}`)
    expect(uid.length).toBeLessThanOrEqual(40)
    expect(schemaVersion).toBe(39)
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { type, targets, gridPos } of panels) {
      expect(type).toBe('timeseries')
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    }
    const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)
    expect(new Set(places).size).toBe(places.length)
    const names = templating.list.map(({ name }) => name)
    const used = panels.flatMap(({ targets }) => targets.flatMap(({ target }) => target.match(/\$\w+/g) ?? []))
    for (const variable of new Set(used)) expect(names).toContain(variable.slice(1))
  })

  it('takes the growth of what only grows', async () => {
    const { panels } = await read(file)
    const targets = panels.flatMap((panel) => panel.targets.map(({ target }) => target))
    for (const target of targets)
      expect(target.includes('perSecond'), target).toBe(
        /\.(stot|bin|bout|hrsp_\w+|CumReq|CumConns|req_tot|dreq|dresp|ereq|comp_\w+|econ|eresp|wretr|wredis|\w+_abrt|chk\w+|Snapshots(Taken|Delivered|Quarantined|Vanished)|Snapshots|Datapoints|Retries|Replayed)\)/.test(
          target,
        ),
      )
  })
})
