// The benchmark: measures, and reports ratios to two yardsticks of the same run.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Context } from './harness/context.ts'
import { compareBuilds } from './measure/compare.ts'
import { measurements } from './measure/index.ts'
import { extent, options, patience, rounds, usage } from './options.ts'
import { report } from './report/report.ts'
import type { Result } from './report/result.ts'

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
} else if (!(Number.isInteger(rounds) && rounds > 0)) {
  console.error(`--rounds: found "${options.rounds}", expected a whole number from 1`)
  process.exitCode = 2
} else {
  await run()
}

async function run(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'haproxystats-bench-'))
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  const data = resolve(options.data ?? join(directory, 'data'))
  mkdirSync(data, { recursive: true })
  const results: Result[] = []
  const context: Context = {
    extent,
    packages: resolve(options.packages),
    directory,
    data,
    rounds,
    patience,
    report: (result) => results.push(result),
    say: (text) => console.error(text),
  }
  const begin = performance.now()
  if (options.compare !== undefined) await compare(context, options.compare)
  else await measureAll(context)
  report(results, { ...options, extent, rounds, seconds: (performance.now() - begin) / 1000 })
}

async function measureAll(context: Context): Promise<void> {
  for (const { name, summary, run: measure } of chosen) {
    const begin = performance.now()
    context.say(`${name}: ${summary}`)
    try {
      await measure(context)
    } catch (error) {
      // The others are worth having all the same.
      console.error(`${name} failed: ${error instanceof Error ? error.stack : error}`)
      process.exitCode = 1
    }
    context.say(`  ${((performance.now() - begin) / 1000).toFixed(0)} s`)
  }
}

async function compare(context: Context, packages: string): Promise<void> {
  const [before = 'before', after = 'after'] = options.names.split(',')
  await compareBuilds(context, {
    before: { packages: context.packages, name: before },
    after: { packages: resolve(packages), name: after },
  })
}
