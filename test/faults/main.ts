// The fault suite: runs rows, each in a process of its own, and reports.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Build, type BuildName, makeBuild } from './harness/build.ts'
import { markdown, type Outcome, resultOf, savedResults, summary, table } from './harness/report.ts'
import type { Row } from './harness/row.ts'
import { runRows } from './harness/run.ts'
import { promises, rows } from './rows/index.ts'

const usage = `node test/faults/run.mjs [options]
  --bounded      the small numbers, a few minutes in all; default: the large ones
  --row <name>   only this row, or with * at the end all that begin so; may be given several times
  --times <n>    this number for every row
  --seconds <n>  a row begins nothing new after so many seconds, and reports the number that it has reached
  --jobs <n>     so many rows at a time, except those that measure time or memory; default: 4 with --bounded, else 1
  --seed <n>     the seed of all random choices
  --packages <d> the directory of the built packages; default: packages
  --save         write the results to test/faults/results.json, in place of those of the same rows
  --markdown     run nothing; print the tables of docs/reliability.md from test/faults/results.json
  --list         only list the rows
`

const { values: options } = parseArgs({
  options: {
    bounded: { type: 'boolean', default: false },
    row: { type: 'string', multiple: true, default: ['*'] },
    times: { type: 'string' },
    seconds: { type: 'string' },
    jobs: { type: 'string' },
    seed: { type: 'string' },
    packages: { type: 'string', default: 'packages' },
    save: { type: 'boolean' },
    markdown: { type: 'boolean' },
    list: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
})

const resultsFile = 'test/faults/results.json'
const chosen = rows.filter(({ name }) => options.row.some((pattern) => matches(name, pattern)))
const unknown = options.row.filter((pattern) => !rows.some(({ name }) => matches(name, pattern)))

if (options.help) {
  process.stdout.write(usage)
} else if (unknown.length > 0) {
  console.error(`--row: no row has the name ${unknown.join(' or ')}; --list lists them`)
  process.exitCode = 2
} else if (options.list) {
  for (const { name, fault, bounded, long } of chosen) console.log(`${name}: ${fault} (${bounded}; long: ${long})`)
} else if (options.markdown) {
  process.stdout.write(markdown(promises, readResults()))
} else {
  process.exitCode = (await runAll()) ? 0 : 1
}

async function runAll(): Promise<boolean> {
  const work = mkdtempSync(join(tmpdir(), 'faults-'))
  process.on('exit', () => rmSync(work, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  const builds = new Map<BuildName, Build>()
  const buildOf = (row: Row): Build => {
    const name = row.broken ?? row.build ?? 'sound'
    const build = builds.get(name) ?? makeBuild(name, join(work, 'builds', name), options.packages)
    builds.set(name, build)
    return build
  }
  // All at the beginning, so that a build of the packages during the run disturbs nothing.
  for (const row of chosen) buildOf(row)
  const seed = numberOf(options.seed) ?? Math.floor(Math.random() * 1e9)
  const outcomes = await runRows(chosen, {
    bounded: options.bounded,
    times: numberOf(options.times),
    seconds: numberOf(options.seconds),
    seed,
    jobs: numberOf(options.jobs) ?? (options.bounded ? 4 : 1),
    directory: work,
    buildOf,
    done: print,
  })
  const results = savedResults(outcomes, commit())
  console.log(`\n${table(chosen, results)}\n${summary(outcomes)}; seed ${seed}`)
  if (options.save) writeFileSync(resultsFile, `${JSON.stringify({ ...readResults(), ...results }, undefined, 2)}\n`)
  return outcomes.every(({ failures }) => failures.length === 0)
}

function matches(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

function numberOf(option: string | undefined): number | undefined {
  return option === undefined ? undefined : Number(option)
}

function readResults(): ReturnType<typeof savedResults> {
  return existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')) : {}
}

function commit(): string {
  const { stdout } = spawnSync('git', ['describe', '--always', '--dirty', '--abbrev=9'], { encoding: 'utf8' })
  return stdout.trim() || 'unknown'
}

function print(outcome: Outcome): void {
  const { row, times, seconds, findings, failures } = outcome
  console.log(`${row.name} (${times}) in ${seconds.toFixed(1)} s: ${resultOf(outcome)}`)
  if (findings !== undefined) {
    const { notes, problems, ...numbers } = findings
    const counts = Object.entries(numbers).map(([name, value]) => `${name} ${Math.round(value * 10) / 10}`)
    const lines = [counts.join(', '), ...notes]
    if (row.broken !== undefined && failures.length === 0) lines.push(...problems.slice(0, 1))
    for (const line of lines) console.log(`        ${line}`)
  }
  for (const failure of failures) console.log(`        ! ${failure}`)
}
