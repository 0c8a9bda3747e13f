import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { until } from './until.ts'

/** One line of a program's log. */
export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly [fact: string]: unknown
}

export type ProgramName = 'pull' | 'process'

/** The script of a built program. */
export const binOf = (name: ProgramName) =>
  fileURLToPath(new URL(`../../packages/${name}/bin/haproxystats-${name}.js`, import.meta.url))

/** Runs a built program to its end; `through` is a command that executes its arguments, such as setpriv. */
export function runProgram(
  name: ProgramName,
  commandArguments: readonly string[],
  through: readonly string[] = [],
): Promise<{ code: number | null; out: string; errors: string }> {
  const [command, ...rest] = [...through, process.execPath, binOf(name), ...commandArguments]
  return new Promise((resolve) => {
    const child = execFile(command!, rest, { timeout: 50_000 }, (_error, out, errors) =>
      resolve({ code: child.exitCode, out, errors }),
    )
  })
}

/** One of the two built programs, running from a configuration file; killed at the latest when the test has finished. */
export class Program {
  readonly log: LogLine[] = []
  readonly #child: ChildProcess
  #errors = ''

  /** `through` is a command that executes its arguments, such as setpriv. */
  constructor(
    program: ProgramName | { readonly name: ProgramName; readonly through: readonly string[] },
    ...commandArguments: string[]
  ) {
    const { name, through } = typeof program === 'string' ? { name: program, through: [] } : program
    const [command, ...rest] = [...through, process.execPath, binOf(name), ...commandArguments]
    this.#child = spawn(command!, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.log.push(JSON.parse(line)))
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
    onTestFinished(async () => void (await this.stop('SIGKILL')))
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** What it wrote to standard error. */
  get errors(): string {
    return this.#errors
  }

  /** Sends a signal, waits until it is gone, and returns its exit code or the signal that killed it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    this.#child.kill(signal)
    return this.ended()
  }

  async ended(): Promise<number | NodeJS.Signals> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
    return this.#child.exitCode ?? (this.#child.signalCode as NodeJS.Signals)
  }

  /** Waits for a log line that fits. */
  said(what: string | ((line: LogLine) => boolean), seconds?: number): Promise<LogLine> {
    const fits = typeof what === 'string' ? ({ msg }: LogLine) => msg.includes(what) : what
    return until(
      `a log line: ${what}`,
      () => {
        const line = this.log.find(fits)
        if (line === undefined && this.#child.exitCode !== null) {
          throw new Error(`the program ended with code ${this.#child.exitCode}: ${this.#errors}`)
        }
        return line
      },
      seconds,
    )
  }
}
