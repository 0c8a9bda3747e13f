// The fault suite: runs rows one after the other, each in a process of its own, and reports.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Build, type BuildName, makeBuild } from './harness/build.ts'
import { isolated, obstacle } from './harness/machine.ts'
import { failuresOf, markdown, type Outcome } from './harness/report.ts'
import type { Findings, Row } from './harness/row.ts'
import { rows } from './rows/index.ts'

const usage = `node test/faults/run.mjs [options]
  --bounded      the small numbers, a few minutes in all; the long ones otherwise
  --row <name>   only this row; may be given several times
  --times <n>    this number for every row
  --seed <n>     the seed of all random choices
  --packages <d> where the built packages are; packages unless told
  --report <f>   also write the report to <f>.md and <f>.json
  --list         only list the rows
`

const { values: options } = parseArgs({
  options: {
    bounded: { type: 'boolean' },
    row: { type: 'string', multiple: true },
    times: { type: 'string' },
    seed: { type: 'string' },
    packages: { type: 'string', default: 'packages' },
    report: { type: 'string' },
    list: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
})

const rowProgram = fileURLToPath(new URL('row.js', import.meta.url))
const chosen = rows.filter(({ name }) => options.row === undefined || options.row.includes(name))

if (options.help) {
  process.stdout.write(usage)
} else if (options.list) {
  for (const { name, fault, bounded, long } of chosen) console.log(`${name}: ${fault} (${bounded}; long: ${long})`)
} else if (chosen.length === 0) {
  console.error(`no row is called ${options.row?.join(' or ')}; --list lists them`)
  process.exitCode = 2
} else {
  process.exitCode = (await runAll()) ? 0 : 1
}

async function runAll(): Promise<boolean> {
  const work = mkdtempSync(join(tmpdir(), 'faults-'))
  process.on('exit', () => rmSync(work, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  const builds = new Map<BuildName, Build>()
  const buildOf = (name: BuildName): Build => {
    const build = builds.get(name) ?? makeBuild(name, join(work, 'builds', name), options.packages)
    builds.set(name, build)
    return build
  }
  buildOf('sound')
  const seed = Number(options.seed ?? Math.floor(Math.random() * 1e9))
  const outcomes: Outcome[] = []
  for (const row of chosen) {
    const outcome = await runRow(row, buildOf(row.broken ?? row.build ?? 'sound'), join(work, row.name), seed)
    outcomes.push(outcome)
    tell(outcome)
  }
  const text = markdown(outcomes)
  console.log(`\n${text}\nseed ${seed}`)
  if (options.report !== undefined) {
    writeFileSync(`${options.report}.md`, text)
    writeFileSync(`${options.report}.json`, `${JSON.stringify({ seed, outcomes }, undefined, 2)}\n`)
  }
  return outcomes.every(({ failures }) => failures.length === 0)
}

async function runRow(row: Row, build: Build, directory: string, seed: number): Promise<Outcome> {
  const times = Number(options.times ?? (options.bounded ? row.bounded : row.long))
  const skipped = obstacle(row.needs ?? [])
  if (skipped !== undefined) return { row, times, seed, seconds: 0, skipped, failures: [] }
  mkdirSync(directory, { recursive: true })
  const before = obstacle(['namespaces']) === undefined ? isolated : []
  const [command = '', ...rest] = [...before, process.execPath, rowProgram]
  const begin = performance.now()
  const child = spawn(command, [...rest, row.name, String(times), String(seed), directory, build.packages], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const limit = (options.bounded ? 90 : 120 + 6 * 3600) * 1000
  const timer = setTimeout(kill, limit)
  await once(child, 'exit')
  clearTimeout(timer)
  process.off('exit', kill)
  const seconds = (performance.now() - begin) / 1000
  const findings = readFindings(directory)
  rmSync(directory, { recursive: true, force: true })
  if (findings === undefined) {
    return { row, times, seed, seconds, failures: [`ended without a result after ${seconds.toFixed(0)} s`] }
  }
  return { row, times, seed, seconds, findings, failures: failuresOf(row, findings) }
}

function readFindings(directory: string): Findings | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'findings.json'), 'utf8'))
  } catch {
    return undefined
  }
}

function tell({ row, times, seconds, findings, skipped, failures }: Outcome): void {
  const state = skipped !== undefined ? 'not run' : failures.length > 0 ? 'FAILED' : 'passed'
  console.log(`${state.padEnd(8)}${row.name} (${times}) in ${seconds.toFixed(1)} s${skipped ? `: ${skipped}` : ''}`)
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
