// The fault suite: runs rows, each in a process of its own, and reports.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Build, type BuildName, makeBuild } from './harness/build.ts'
import { markdown, type Outcome, resultOf, summary } from './harness/report.ts'
import type { Row } from './harness/row.ts'
import { runRows } from './harness/run.ts'
import { rows } from './rows/index.ts'

const usage = `node test/faults/run.mjs [options]
  --bounded      the small numbers, a few minutes in all; the long ones otherwise
  --row <name>   only this row, or with * at the end all that begin so; may be given several times
  --times <n>    this number for every row
  --seconds <n>  a row that has taken so long begins nothing new, and tells the number it has reached
  --jobs <n>     so many rows at a time, but for those that measure time or memory; 4 when bounded, else 1
  --seed <n>     the seed of all random choices
  --packages <d> where the built packages are; packages unless told
  --report <f>   also write the report to <f>.md and <f>.json
  --list         only list the rows
`

const { values: options } = parseArgs({
  options: {
    bounded: { type: 'boolean', default: false },
    row: { type: 'string', multiple: true },
    times: { type: 'string' },
    seconds: { type: 'string' },
    jobs: { type: 'string' },
    seed: { type: 'string' },
    packages: { type: 'string', default: 'packages' },
    report: { type: 'string' },
    list: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
})

const wanted = options.row ?? ['*']
const chosen = rows.filter(({ name }) => wanted.some((pattern) => isMeant(name, pattern)))
const unknown = wanted.filter((pattern) => !rows.some(({ name }) => isMeant(name, pattern)))

if (options.help) {
  process.stdout.write(usage)
} else if (unknown.length > 0) {
  console.error(`no row is called ${unknown.join(' or ')}; --list lists them`)
  process.exitCode = 2
} else if (options.list) {
  for (const { name, fault, bounded, long } of chosen) console.log(`${name}: ${fault} (${bounded}; long: ${long})`)
} else {
  process.exitCode = (await runAll()) ? 0 : 1
}

async function runAll(): Promise<boolean> {
  const work = mkdtempSync(join(tmpdir(), 'faults-'))
  process.on('exit', () => rmSync(work, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  const builds = new Map<BuildName, Build>()
  const buildNamed = (name: BuildName): Build => {
    const build = builds.get(name) ?? makeBuild(name, join(work, 'builds', name), options.packages)
    builds.set(name, build)
    return build
  }
  const nameOf = (row: Row) => row.broken ?? row.build ?? 'sound'
  // All at the beginning, so that a build of the packages meanwhile disturbs nothing.
  for (const row of chosen) buildNamed(nameOf(row))
  const seed = numberOf(options.seed) ?? Math.floor(Math.random() * 1e9)
  const outcomes = await runRows(chosen, {
    bounded: options.bounded,
    times: numberOf(options.times),
    seconds: numberOf(options.seconds),
    seed,
    jobs: numberOf(options.jobs) ?? (options.bounded ? 4 : 1),
    directory: work,
    buildOf: (row) => buildNamed(nameOf(row)),
    done: tell,
  })
  const text = markdown(outcomes)
  console.log(`\n${text}\n${summary(outcomes)}; seed ${seed}`)
  if (options.report !== undefined) {
    writeFileSync(`${options.report}.md`, text)
    writeFileSync(`${options.report}.json`, `${JSON.stringify({ seed, outcomes }, undefined, 2)}\n`)
  }
  return outcomes.every(({ failures }) => failures.length === 0)
}

function isMeant(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

function numberOf(option: string | undefined): number | undefined {
  return option === undefined ? undefined : Number(option)
}

function tell(outcome: Outcome): void {
  const { row, times, seconds, findings, failures } = outcome
  console.log(`${row.name} (${times}) in ${seconds.toFixed(1)} s: ${resultOf(outcome)}`)
  if (findings !== undefined) {
    const { notes, problems, ...numbers } = findings
    console.log(
      `        ${Object.entries(numbers)
        .map(([name, value]) => `${name} ${Math.round(value * 10) / 10}`)
        .join(', ')}`,
    )
    for (const note of notes) console.log(`        ${note}`)
    if (row.broken !== undefined && failures.length === 0 && problems.length > 0)
      console.log(`        found: ${problems[0]}`)
  }
  for (const failure of failures) console.log(`        ! ${failure}`)
}
