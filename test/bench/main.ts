// The benchmark: measures, and reports ratios to two yardsticks of the same run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Context, Extent } from './harness/context.ts'
import { measurements } from './measure/index.ts'
import type { Result } from './report/result.ts'
import { tables } from './report/table.ts'

const usage = `node test/bench/run.mjs [options]
  --quick          small sizes and few rounds, to see that everything works; seconds
  --full           all sizes and more rounds
  --only <name>    only this measurement; may be given several times
  --rounds <n>     pairs of measurements
  --data <d>       where generated snapshots are kept for the next run; thrown away unless told
  --packages <d>   where the built packages are; packages unless told
  --json <f>       also write the results to a file
  --list           only list the measurements
`

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    data: { type: 'string' },
    packages: { type: 'string', default: 'packages' },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const extent: Extent = options.quick ? 'quick' : options.full ? 'full' : 'default'
const roundsOf: Readonly<Record<Extent, number>> = { quick: 2, default: 5, full: 9 }
const chosen = measurements.filter(({ name, quick, onRequest }) => {
  if (options.only !== undefined) return options.only.includes(name)
  return !onRequest && (extent !== 'quick' || quick)
})
const unknown = options.only?.filter((name) => !measurements.some((measurement) => measurement.name === name)) ?? []

if (options.help) {
  process.stdout.write(usage)
} else if (options.list) {
  for (const { name, summary } of measurements) console.log(`${name}: ${summary}`)
} else if (unknown.length > 0) {
  console.error(`no measurement is called ${unknown.join(' or ')}; --list lists them`)
  process.exitCode = 2
} else {
  await run()
}

async function run(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'haproxystats-bench-'))
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  const results: Result[] = []
  const data = resolve(options.data ?? join(directory, 'data'))
  mkdirSync(data, { recursive: true })
  const context: Context = {
    extent,
    packages: resolve(options.packages),
    directory,
    data,
    rounds: Number(options.rounds ?? roundsOf[extent]),
    report: (result) => results.push(result),
    say: (text) => console.error(text),
  }
  for (const { name, summary, run: measure } of chosen) {
    console.error(`${name}: ${summary}`)
    await measure(context)
  }
  console.log(tables(results))
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ results }, undefined, 2)}\n`)
}
