import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Build } from './build.ts'
import { until } from './wait.ts'

export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly [fact: string]: unknown
}

export interface ProgramOptions {
  /** A command before node, such as strace with its arguments. */
  readonly before?: readonly string[]
  /** Arguments of node itself. */
  readonly node?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const reportHeap = `
  import { isMainThread } from 'node:worker_threads'
  import v8 from 'node:v8'
  import vm from 'node:vm'
  if (isMainThread) process.on('SIGUSR2', () => {
    v8.setFlagsFromString('--expose-gc')
    vm.runInNewContext('gc')()
    const bytes = process.memoryUsage().heapUsed
    process.stdout.write(JSON.stringify({ level: 30, msg: 'heap in use', bytes }) + String.fromCharCode(10))
  })`

/** Arguments of node with which a program logs the size of its heap on SIGUSR2. */
export const heapOptions = ['--import', `data:text/javascript,${encodeURIComponent(reportHeap)}`]

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** One of the two programs as it is built, running from a configuration file. */
export class Program {
  readonly log: LogLine[] = []
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #wrapped: boolean
  #errors = ''

  constructor(build: Build, name: 'pull' | 'process', file: string, options: ProgramOptions = {}) {
    const bin = join(build.packages, name, 'bin', `haproxystats-${name}.js`)
    const [command = '', ...rest] = [
      ...(options.before ?? []),
      process.execPath,
      ...(options.node ?? []),
      bin,
      '-f',
      file,
    ]
    this.#child = spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    })
    this.#wrapped = options.before !== undefined
    running.add(this.#child)
    this.#ended = once(this.#child, 'close').then(() => running.delete(this.#child))
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#heard(line))
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-4000)
    })
  }

  #heard(line: string): void {
    try {
      this.log.push(JSON.parse(line))
    } catch {
      this.#errors += `${line}\n`
    }
    if (this.log.length > 20_000) this.log.splice(0, 10_000)
  }

  /** Of the program itself, also when it runs under another command such as strace. */
  get pid(): number {
    const pid = this.#child.pid!
    if (!this.#wrapped) return pid
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ')
    return Number(first) || pid
  }

  get errors(): string {
    return this.#errors
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  kill(signal: NodeJS.Signals): void {
    if (this.alive) process.kill(this.pid, signal)
  }

  /** Sends a signal, waits until it is gone, and returns its exit code or the signal that killed it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', seconds = 30): Promise<number | NodeJS.Signals> {
    this.kill(signal)
    return this.ended(seconds)
  }

  /** Waits until it has ended and its log has been read. */
  async ended(seconds = 30): Promise<number | NodeJS.Signals> {
    if (this.alive) await until('the program to end', () => !this.alive, seconds)
    await this.#ended
    return this.#child.exitCode ?? (this.#child.signalCode as NodeJS.Signals)
  }

  /** Lines of the log with this text. */
  lines(text: string | RegExp): LogLine[] {
    return this.log.filter(({ msg }) => (typeof text === 'string' ? msg.includes(text) : text.test(msg)))
  }

  /** Waits for so many lines of the log with this text. */
  async said(text: string | RegExp, count = 1, seconds = 60): Promise<LogLine[]> {
    return until(
      `${count} lines of the log with ${text}`,
      () => {
        const found = this.lines(text)
        if (found.length < count && !this.alive) throw new Error(`the program has ended: ${this.errors}`)
        return found.length >= count && found
      },
      seconds,
    ).catch((error: Error) => {
      const last = this.log.slice(-8).map(({ msg }) => msg)
      throw new Error(`${error.message}; the log ends: ${last.join(' | ')} ${this.errors}`)
    })
  }

  /** Resident memory in MB. */
  memory(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'latin1')
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
  }

  /**
   * The heap of the main thread after a garbage collection, in MB; for a program that was started with `heapOptions`.
   */
  async heap(): Promise<number> {
    const before = this.lines('heap in use').length
    this.kill('SIGUSR2')
    const lines = await this.said('heap in use', before + 1)
    return Number(lines.at(-1)?.['bytes']) / 2 ** 20
  }

  /** Open file descriptors. */
  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length
  }
}
