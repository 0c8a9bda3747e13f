// The benchmark: measures both programs relative to references that run in the same minutes, and reports the ratios.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Context, oneCase } from './context.ts'
import { compareBuilds } from './measure/compare.ts'
import { measurements } from './measure/index.ts'
import { extent, options, patience, rounds, usage } from './options.ts'
import { environment } from './report/environment.ts'
import { printRun, readRun, writeReports } from './report/report.ts'
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
  console.error(`--only: no measurement has the name ${unknown.join(' or ')}; --list lists them`)
  process.exitCode = 2
} else if (!(Number.isInteger(rounds) && rounds > 0)) {
  console.error(`--rounds: found "${options.rounds}", expected a whole number from 1`)
  process.exitCode = 2
} else if (options.from !== undefined) {
  writeReports(readRun(options.from), options)
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
  const context = {
    extent,
    packages: resolve(options.packages),
    directory,
    data,
    rounds,
    patience,
    report: (result: Result) => void results.push(result),
    say: (text: string) => console.error(text),
  }
  const begin = performance.now()
  if (options.compare !== undefined) await compare(context, options.compare)
  else for (const measurement of chosen) await measure(context, measurement)
  const seconds = Math.round((performance.now() - begin) / 1000)
  const finished = { environment: environment(), extent, rounds, seconds, results }
  printRun(finished, options)
  writeReports(finished, options)
}

/** Runs one measurement; when it fails the others still run. */
async function measure(context: Omit<Context, 'stopLater'>, { name, summary, run }: (typeof chosen)[number]) {
  const begin = performance.now()
  context.say(`${name}: ${summary}`)
  try {
    await oneCase(context, run)
  } catch (error) {
    console.error(`${name} failed: ${error instanceof Error ? error.stack : error}`)
    process.exitCode = 1
  }
  context.say(`  ${((performance.now() - begin) / 1000).toFixed(0)} s`)
}

async function compare(context: Omit<Context, 'stopLater'>, packages: string): Promise<void> {
  const [before = 'before', after = 'after'] = options.names.split(',')
  await compareBuilds(context, {
    before: { packages: context.packages, name: before },
    after: { packages: resolve(packages), name: after },
  })
}
