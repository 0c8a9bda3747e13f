import { readdirSync, readFileSync } from 'node:fs'
import { posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

interface Layer {
  /** What its files' paths begin with, or match. */
  readonly files: string | RegExp
  /** The layers it may import besides itself. */
  readonly imports: readonly string[]
  /** Parts of Node it must not use. */
  readonly without?: readonly string[]
  readonly why: string
}

const outside = ['node:net', 'node:tls', 'node:dgram', 'node:http', 'node:https', 'node:http2', 'node:child_process']

/** What no browser has. */
const browser = [...outside, 'node:fs', 'node:path', 'node:worker_threads']

/** The layers of DESIGN, lowest first. The first row that a file matches is its layer. */
const layers: Readonly<Record<string, Layer>> = {
  core: {
    files: 'packages/core/src/',
    imports: [],
    why: 'core is what everything agrees on, so it can know of nothing else',
  },
  'haproxy/status': {
    files: 'packages/haproxy/src/stat/status.ts',
    imports: [],
    without: browser,
    why: 'the page imports it, too, so it goes to browsers',
  },
  haproxy: {
    files: 'packages/haproxy/src/',
    imports: ['haproxy/status', 'core'],
    why: 'haproxy knows HAProxy, not what is done with its answers',
  },
  'pull/options': {
    files: /^packages\/pull\/src\/option(s|-checks)\.ts$/,
    imports: ['core'],
    without: outside,
    why: 'both programs read one file, so each has the options of the other, and nothing else of it',
  },
  'process/options': {
    files: /^packages\/process\/src\/((http|outputs(\/[^/]+)?)\/)?options\.ts$/,
    imports: ['core'],
    without: outside,
    why: 'both programs read one file, so each has the options of the other, and nothing else of it',
  },
  pull: {
    files: 'packages/pull/src/',
    imports: ['pull/options', 'process/options', 'core', 'haproxy'],
    why: 'both programs meet in the queue directory and nowhere else, so that a crash of one never costs the other',
  },
  'process/types': {
    files: 'packages/process/src/types/',
    imports: ['core', 'haproxy'],
    why: 'types are what the rooms above agree on',
  },
  'process/read': {
    files: 'packages/process/src/read/',
    imports: ['process/types', 'core', 'haproxy'],
    without: [...outside, 'node:worker_threads'],
    why: 'reading opens nothing but the snapshot it was given',
  },
  'process/aggregate': {
    files: 'packages/process/src/aggregate/',
    imports: ['process/read', 'process/types', 'core', 'haproxy'],
    without: [...outside, 'node:worker_threads'],
    why: 'the aggregate is pure: bytes in, tables out',
  },
  'process/outputs': {
    files: 'packages/process/src/outputs/',
    imports: ['process/types', 'core'],
    without: ['node:worker_threads', 'node:child_process'],
    why: 'a destination knows its own format and connection; what is in a batch, when and how often is not its business',
  },
  'process/queue': {
    files: 'packages/process/src/queue/',
    imports: ['process/aggregate', 'process/outputs', 'process/types', 'core'],
    without: ['node:worker_threads', 'node:child_process'],
    why: 'the queue, the workers and delivery do not know each other; the program joins them',
  },
  'process/threads': {
    files: 'packages/process/src/threads/',
    imports: ['core'],
    without: outside,
    why: 'how threads are started and ended has nothing to do with what they run',
  },
  'process/workers': {
    files: 'packages/process/src/workers/',
    imports: ['process/threads', 'process/aggregate', 'process/outputs', 'process/types', 'core', 'haproxy'],
    without: outside,
    why: 'workers are CPU only; sockets, retries, timers and queues live in the main thread',
  },
  'process/delivery': {
    files: 'packages/process/src/delivery/',
    imports: ['process/aggregate', 'process/outputs', 'process/types', 'core'],
    without: ['node:worker_threads', 'node:child_process'],
    why: 'the queue, the workers and delivery do not know each other; the program joins them',
  },
  'process/http/thread': {
    files: /^packages\/process\/src\/http\/(live\/newest\.ts|[^/]+)$/,
    imports: [
      ...['process/http/routes', 'process/http/trend', 'process/http/live', 'process/http/types'],
      ...['process/http/server', 'process/threads', 'process/delivery', 'process/types', 'core', 'page'],
    ],
    without: ['node:net', 'node:http', 'node:https', 'node:child_process'],
    why: 'the thread joins what is read, remembered and served; the rest of the program is nothing to it',
  },
  'process/http/live': {
    files: 'packages/process/src/http/live/',
    imports: ['process/read', 'process/aggregate', 'process/types', 'core', 'haproxy'],
    without: [...outside, 'node:worker_threads'],
    why: 'the view of a snapshot knows nothing of what is made of it',
  },
  'process/http/trend': {
    files: 'packages/process/src/http/trend/',
    imports: ['process/http/live', 'core', 'haproxy'],
    without: [...outside, 'node:worker_threads'],
    why: 'the trend is made of views; who reads it, and in which form, is not its business',
  },
  'process/http/types': {
    files: 'packages/process/src/http/types/',
    imports: ['process/http/live', 'process/http/trend'],
    without: [...outside, 'node:worker_threads'],
    why: 'requests, responses and what they are made from are what the server and the routes agree on',
  },
  'process/http/formats': {
    files: 'packages/process/src/http/formats/',
    imports: ['process/http/live', 'process/outputs', 'core', 'haproxy'],
    without: [...outside, 'node:worker_threads'],
    why: 'a format is a function of a view; under which path it is served is the business of the routes',
  },
  'process/http/metrics': {
    files: 'packages/process/src/http/metrics/',
    imports: ['process/http/types', 'process/http/live', 'process/aggregate', 'process/outputs', 'core', 'haproxy'],
    without: [...outside, 'node:worker_threads'],
    why: 'the exposition is a format of a view and a status; it needs no trend and no route',
  },
  'process/http/problems': {
    files: 'packages/process/src/http/problems/',
    imports: ['process/http/types', 'process/http/trend', 'process/http/live', 'core', 'haproxy'],
    without: [...outside, 'node:worker_threads'],
    why: 'a rule looks at the newest view and the trend; who asks for problems is nothing to it',
  },
  'process/http/routes': {
    files: 'packages/process/src/http/routes/',
    imports: [
      ...['process/http/formats', 'process/http/metrics', 'process/http/problems', 'process/http/trend'],
      ...['process/http/live', 'process/http/types', 'process/read', 'core', 'haproxy'],
    ],
    without: [...outside, 'node:worker_threads'],
    why: 'what is answered is made from what was read; who asks, how, and from where is the business of the server',
  },
  'process/http/server': {
    files: 'packages/process/src/http/server/',
    imports: ['process/http/types', 'core'],
    without: ['node:worker_threads', 'node:child_process'],
    why: 'the server knows requests, not what they are about',
  },
  'process/program': {
    files: /^packages\/process\/src\/[^/]+$/,
    imports: [
      ...['process/queue', 'process/workers', 'process/delivery', 'process/aggregate', 'process/outputs'],
      ...['process/http/thread', 'process/http/metrics', 'process/http/live', 'process/http/server'],
      ...['process/types', 'core', 'haproxy', 'process/options', 'pull/options'],
    ],
    why: 'both programs meet in the queue directory and nowhere else, so that a crash of one never costs the other',
  },
  'page/api': {
    files: 'packages/page/src/api/',
    imports: [],
    without: browser,
    why: 'what the server answers is known in one place, which knows nothing of what is made of it',
  },
  'page/model': {
    files: 'packages/page/src/model/',
    imports: ['page/api', 'haproxy/status'],
    without: browser,
    why: 'the model of the page is pure: answers in, what is shown out; it never sees a document',
  },
  'page/live': {
    files: 'packages/page/src/live/',
    imports: ['page/api', 'page/model'],
    without: browser,
    why: 'how the newest snapshot is kept has nothing to do with how it is drawn',
  },
  'page/hooks': {
    files: 'packages/page/src/hooks/',
    imports: ['page/api', 'page/model', 'page/live'],
    without: browser,
    why: 'hooks serve parts and never draw',
  },
  'page/style': { files: 'packages/page/src/style/', imports: [], why: 'a style sheet imports nothing' },
  page: {
    files: /^packages\/page\/src\/(parts\/|[^/]+$)/,
    imports: ['page/api', 'page/model', 'page/live', 'page/hooks', 'page/style'],
    without: browser,
    why: 'the page knows the programs only by what they answer',
  },
}

/** The only files that may import a dependency. One that is not here may be imported nowhere. */
const dependencies: Readonly<Record<string, { readonly only: RegExp; readonly why: string }>> = {
  ini: { only: /^packages\/core\/src\/configuration\//, why: 'how a file is read is settled in one place' },
  commander: { only: /^packages\/core\/src\/program/, why: 'both programs have one command line' },
  pino: { only: /^packages\/core\/src\/(program\/logger|log)\.ts$/, why: 'everything else knows only our Logger' },
  'pino-pretty': { only: /^packages\/core\/src\/program\/logger\.ts$/, why: 'everything else knows only our Logger' },
  'csv-parse': { only: /^packages\/haproxy\/src\//, why: 'only haproxy knows how an answer is written' },
  piscina: {
    only: /^packages\/process\/src\/threads\//,
    why: 'how threads are started and ended is settled in one place',
  },
  bcryptjs: { only: /^packages\/process\/src\/http\/server\//, why: 'only the server knows who may ask' },
  preact: {
    only: /^packages\/page\/src\/(hooks|parts|main)/,
    why: 'the model of the page and what keeps it do not draw',
  },
  uplot: {
    only: /^packages\/page\/src\/(parts\/chart|main)/,
    why: 'only charts know how charts are drawn, and the page its style sheet',
  },
  chokidar: { only: /^packages\/process\/src\/queue\//, why: 'only the queue knows how a new snapshot is noticed' },
}

interface SourceFile {
  /** From the top folder. */
  readonly file: string
  readonly imports: readonly string[]
}

const layerOf = (file: string): string | undefined =>
  Object.keys(layers).find((name) => {
    const { files } = layers[name]!
    return typeof files === 'string' ? file.startsWith(files) : files.test(file)
  })

/** Everything that breaks a rule, as sentences that say which rule and why it is one. */
function violations(sources: readonly SourceFile[]): string[] {
  return sources.flatMap(({ file, imports }) => imports.flatMap((name) => judge(file, name) ?? []))
}

function judge(file: string, name: string): string | undefined {
  const layer = layerOf(file)
  if (layer === undefined) return `${file} is in no layer: give its folder a row in the table of test/layers.test.ts`
  const { imports, without = [], why } = layers[layer]!
  if (/^node:/.test(name)) return without.includes(name) ? `${file} must not use ${name}: ${why}` : undefined
  const target = layerOfImport(file, name)
  if (target === undefined) return judgeDependency(file, name)
  if (target === layer) return undefined
  if (!imports.includes(target)) return `${file} (${layer}) must not import ${name} (${target}): ${why}`
  const crosses = name.startsWith('.') && packageOf(target) !== packageOf(layer)
  return crosses
    ? `${file} must import @haproxystats/${target} by its name, not ${name}: its index is what it offers`
    : undefined
}

/** The layer that an import leads to; undefined for a dependency from outside. */
function layerOfImport(file: string, name: string): string | undefined {
  if (name === '@haproxystats/haproxy/status') return 'haproxy/status'
  const own = /^@haproxystats\/([^/]+)/.exec(name)?.[1]
  if (/^@haproxystats\/[^/]+\/options$/.test(name)) return `${own}/options`
  if (own !== undefined) return own === 'process' ? 'process/program' : own
  if (!name.startsWith('.')) return undefined
  const target = posix.join(posix.dirname(file), name)
  return layerOf(target) ?? target
}

function judgeDependency(file: string, name: string): string | undefined {
  const dependency = name.split('/', name.startsWith('@') ? 2 : 1).join('/')
  const row = dependencies[dependency]
  if (row === undefined)
    return `${file} must not import ${dependency}: it has no row in the table of test/layers.test.ts`
  return row.only.test(file) ? undefined : `${file} must not import ${dependency}: ${row.why}`
}

const packageOf = (layer: string) => layer.split('/')[0]

/** Files whose cycles are still to be broken: a row goes when its cycle is gone. */

/** The first cycle of imports that is found, as the files on its way; undefined when there is none. */
function findCycle(sources: readonly SourceFile[]): readonly string[] | undefined {
  const importsOfFile = new Map(sources.map(({ file, imports }) => [file, imports]))
  const done = new Set<string>()
  const visit = (file: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const name of importsOfFile.get(file) ?? []) {
      const target = posix.join(posix.dirname(file), name)
      if (!name.startsWith('.')) continue
      const cycle = visit(target, [...way, file])
      if (cycle !== undefined) return cycle
    }
    done.add(file)
    return undefined
  }
  for (const { file } of sources) {
    const cycle = visit(file, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

/** What a file imports or re-exports, for its value or its type, at its beginning or on the way. */
function importsOf(text: string): string[] {
  const statements = text.matchAll(
    /^\s*(?:import|export)\s[^'"()=]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]/gm,
  )
  const calls = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)
  return [...statements, ...calls].map(([, from, bare]) => from ?? bare!)
}

const root = fileURLToPath(new URL('..', import.meta.url))
const packageNames = readdirSync(`${root}packages`)

function sources(): SourceFile[] {
  return packageNames.flatMap((name) =>
    readdirSync(`${root}packages/${name}/src`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.ts$/.test(entry.name))
      .map((entry) => `${entry.parentPath}/${entry.name}`)
      .map((path) => ({ file: relative(root, path), imports: importsOf(readFileSync(path, 'utf8')) })),
  )
}

describe('the layers', () => {
  it('hold', () => {
    expect(violations(sources())).toEqual([])
  })

  it('have no cycle of imports within them, of types neither', () => {
    expect(findCycle(sources())).toBeUndefined()
  })

  it('see the imports there are', () => {
    const all = sources()
    expect(new Set(all.map(({ file }) => file.split('/')[1]))).toEqual(new Set(packageNames))
    const seen = new Set(all.flatMap(({ imports }) => imports))
    for (const name of ['@haproxystats/core', 'node:fs', 'pino']) expect(seen).toContain(name)
  })
})

describe('the checker', () => {
  it.each([
    ['packages/pull/src/main.ts', '@haproxystats/process', /meet in the queue directory/],
    ['packages/process/src/main.ts', '@haproxystats/pull', /meet in the queue directory/],
    ['packages/process/src/main.ts', '../../pull/src/main.ts', /meet in the queue directory/],
    ['packages/core/src/index.ts', '@haproxystats/haproxy', /know of nothing else/],
    ['packages/core/src/options/table.ts', '@haproxystats/pull/options', /know of nothing else/],
    ['packages/process/src/outputs/graphite/options.ts', './graphite.ts', /the options of the other/],
    ['packages/haproxy/src/index.ts', '@haproxystats/pull', /not what is done/],
    ['packages/haproxy/src/index.ts', '../../core/src/errors.ts', /by its name/],
    ['packages/process/src/aggregate/plan.ts', '../outputs/index.ts', /aggregate is pure/],
    ['packages/process/src/aggregate/derived/derived.ts', 'node:net', /aggregate is pure/],
    ['packages/process/src/aggregate/plan.ts', 'node:worker_threads', /aggregate is pure/],
    ['packages/process/src/outputs/graphite/graphite.ts', '../../aggregate/plan.ts', /not its business/],
    ['packages/process/src/outputs/graphite/graphite.ts', '../../delivery/delivery.ts', /not its business/],
    ['packages/process/src/types/table.ts', '../program.ts', /agree on/],
    ['packages/process/src/queue/watch.ts', '../delivery/delivery.ts', /do not know each other/],
    ['packages/process/src/workers/worker.ts', 'node:net', /CPU only/],
    ['packages/process/src/elsewhere/new.ts', '../types/table.ts', /in no layer/],
    ['packages/process/src/delivery/delivery.ts', 'node:worker_threads', /do not know each other/],
    ['packages/process/src/http/routes/info.ts', 'node:http', /business of the server/],
    ['packages/process/src/http/server/server.ts', '../../aggregate/plan.ts', /not what they are about/],
    ['packages/process/src/http/server/server.ts', '../routes/index.ts', /not what they are about/],
    ['packages/process/src/http/problems/problems.ts', '../routes/api.ts', /nothing to it/],
    ['packages/process/src/http/trend/band.ts', '../formats/cells.ts', /not its business/],
    ['packages/process/src/http/live/view.ts', '../trend/band.ts', /nothing of what is made/],
    ['packages/process/src/http/thread.ts', '../queue/watch.ts', /nothing to it/],
    ['packages/process/src/main.ts', 'chokidar', /new snapshot is noticed/],
    ['packages/core/src/options/table.ts', 'ini', /one place/],
    ['packages/pull/src/main.ts', 'commander', /one command line/],
    ['packages/core/src/errors.ts', 'pino', /our Logger/],
    ['packages/process/src/aggregate/plan.ts', 'csv-parse/sync', /how an answer is written/],
    ['packages/core/src/index.ts', '@scope/unheard-of/deep', /@scope\/unheard-of: it has no row/],
  ])('catches %s importing %s', (file, name, why) => {
    expect(violations([{ file, imports: ['node:path', name] }])).toContainEqual(expect.stringMatching(why))
  })

  it.each([
    ['packages/process/src/main.ts', './queue/watch.ts'],
    ['packages/pull/src/program.ts', '@haproxystats/process/options'],
    ['packages/process/src/workers/worker.ts', '../aggregate/plan.ts'],
    ['packages/process/src/queue/watch.ts', 'chokidar'],
    ['packages/haproxy/src/stat/record.ts', 'csv-parse/sync'],
    ['packages/process/src/outputs/graphite/connection.ts', 'node:net'],
  ])('lets %s import %s', (file, name) => {
    expect(violations([{ file, imports: [name] }])).toEqual([])
  })

  it('finds a cycle, and where it is', () => {
    const file = (name: string, ...imports: string[]) => ({ file: `packages/a/src/${name}`, imports })
    const chain = [file('a.ts', './b.ts'), file('b.ts', './c/c.ts', './d.ts'), file('c/c.ts', '../d.ts')]
    expect(findCycle([...chain, file('d.ts', 'node:fs')])).toBeUndefined()
    const cycle = ['b.ts', 'c/c.ts', 'd.ts', 'b.ts'].map((name) => `packages/a/src/${name}`)
    expect(findCycle([...chain, file('d.ts', './b.ts')])).toEqual(cycle)
  })

  it('finds every form of import', () => {
    const text = [
      "import a from 'a'",
      "import type { B } from 'b'",
      "import {\n  c,\n} from 'c'",
      "export * from 'd'",
      "export { e } from 'e'",
      "import 'f'",
      "const g = await import('g')",
      "type H = import('h').H",
      "export const notOne = from('x')",
    ].join('\n')
    expect(importsOf(text).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
  })
})

describe('every package.json', () => {
  it.each(['', ...packageNames.map((name) => `packages/${name}/`)])('%spackage.json names exact releases', (folder) => {
    const manifest = JSON.parse(readFileSync(`${root}${folder}package.json`, 'utf8'))
    const ranges = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
    const inexact = Object.entries(ranges).filter(
      ([name, range]) =>
        !(name.startsWith('@haproxystats/') ? /^workspace:\*$/ : /^\d+\.\d+\.\d+(-[\w.]+)?$/).test(String(range)),
    )
    expect(inexact).toEqual([])
  })
})
