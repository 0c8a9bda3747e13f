import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Build } from './build.ts'
import { isolated, obstacle } from './machine.ts'
import { failuresOf, type Outcome } from './report.ts'
import type { Findings, Row, RowSettings } from './row.ts'

/** The settings of a run. */
export interface RunOptions {
  readonly bounded: boolean
  /** For every row, in place of its own number. */
  readonly times: number | undefined
  /** A row that has taken so many seconds begins nothing new and ends with the number it has reached. */
  readonly seconds: number | undefined
  readonly seed: number
  /** How many rows run at a time. */
  readonly jobs: number
  /** Every row gets a directory of its own in it. */
  readonly directory: string
  readonly buildOf: (row: Row) => Build
  readonly done: (outcome: Outcome) => void
}

const rowProgram = fileURLToPath(new URL('../row.js', import.meta.url))

/** Seconds after which a row is ended: it hangs. */
const limits = { bounded: 240, long: 6 * 3600 }

/** Runs each row in a process of its own, those that measure time or memory alone and last. In the order given. */
export async function runRows(rows: readonly Row[], options: RunOptions): Promise<Outcome[]> {
  const outcomes = new Map<Row, Outcome>()
  const runAll = async (left: Row[]) => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) {
      const outcome = await runRow(row, options)
      outcomes.set(row, outcome)
      options.done(outcome)
    }
  }
  const together = rows.filter(({ alone }) => !alone)
  await Promise.all(Array.from({ length: options.jobs }, () => runAll(together)))
  await runAll(rows.filter(({ alone }) => alone))
  return rows.flatMap((row) => outcomes.get(row) ?? [])
}

async function runRow(row: Row, options: RunOptions): Promise<Outcome> {
  const { bounded, seed, seconds: allowed } = options
  const times = options.times ?? (bounded ? row.bounded : row.long)
  const skipped = obstacle(row.needs ?? [])
  if (skipped !== undefined) return { row, times, seconds: 0, skipped, failures: [] }
  const directory = join(options.directory, row.name)
  mkdirSync(directory, { recursive: true })
  const before = obstacle(['namespaces']) === undefined ? isolated : []
  const [command = '', ...rest] = [...before, process.execPath, rowProgram]
  const settings: RowSettings = { times, seed, bounded, seconds: allowed, directory }
  const given = { ...settings, row: row.name, packages: options.buildOf(row).packages }
  const begin = performance.now()
  const child = spawn(command, [...rest, JSON.stringify(given)], { stdio: ['ignore', 'inherit', 'inherit'] })
  const kill = () => end(child)
  process.prependOnceListener('exit', kill)
  const limit = bounded && options.times === undefined ? limits.bounded : limits.long
  const timer = setTimeout(kill, limit * 1000)
  await once(child, 'exit')
  clearTimeout(timer)
  process.off('exit', kill)
  const seconds = (performance.now() - begin) / 1000
  const findings = readFindings(directory)
  // Without a namespace what the row started may take a moment to be gone.
  rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  if (findings === undefined) {
    return { row, times, seconds, failures: [`ended without a result after ${seconds.toFixed(0)} s`] }
  }
  return { row, times, seconds, findings, failures: failuresOf(row, findings) }
}

/**
 * Kills the first process of the row's namespace, with which the kernel ends all others in it; unshare, which waits for
 * it, ends after them, and then nothing is left that writes.
 */
function end(child: ChildProcess): void {
  const pid = child.pid as number
  try {
    const inner = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ')[0]
    if (obstacle(['namespaces']) === undefined && inner) process.kill(Number(inner), 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

function readFindings(directory: string): Findings | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'findings.json'), 'utf8'))
  } catch {
    return undefined
  }
}
