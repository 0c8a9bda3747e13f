import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../support/free-port.ts'
import { startChild, stopChild } from './child.ts'
import type { Ledger } from './ledger.ts'
import { isListening, until } from './wait.ts'

/** Real carbon-c-relay, writing every line it takes to a file that outlives it. */
export class Relay {
  readonly port: number
  readonly #file: string
  readonly #configuration: string
  #child: ChildProcess | undefined
  #offset = 0
  #partial = ''

  private constructor(directory: string, port: number) {
    this.port = port
    this.#file = join(directory, 'relay.out')
    this.#configuration = join(directory, 'relay.conf')
    const listen = `listen type linemode 127.0.0.1:${port} proto tcp ;`
    writeFileSync(this.#configuration, `${listen}\ncluster out file ${this.#file} ;\nmatch * send to out stop ;\n`)
    writeFileSync(this.#file, '')
  }

  static async prepare(directory: string): Promise<Relay> {
    return new Relay(directory, await freePort())
  }

  /** With a queue of so many lines in its memory. */
  async start(queue = 1_000_000): Promise<void> {
    const options = ['-f', this.#configuration, '-w', '1', '-q', String(queue), '-s']
    this.#child = await startChild(['carbon-c-relay', ...options], () => isListening(this.port))
  }

  stop(signal: NodeJS.Signals): Promise<void> {
    return stopChild(this.#child, signal)
  }

  /** Stops it where it stands: from then on only the kernel takes connections and bytes for it. */
  async freeze(): Promise<void> {
    const pid = this.#child?.pid as number
    process.kill(pid, 'SIGSTOP')
    await until('carbon-c-relay to stand still', () => / T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')))
  }

  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Bytes that the kernel has taken for it and it has not read; as the kernel lists its sockets, in hexadecimal. */
  unread(): number {
    const port = this.port.toString(16).toUpperCase().padStart(4, '0')
    const listening = '0A'
    return readFileSync('/proc/net/tcp', 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/[ :]+/))
      .filter(([, , local, , , state]) => local === port && state !== listening)
      .reduce((sum, fields) => sum + Number.parseInt(fields[7] as string, 16), 0)
  }

  /** Hands the whole lines that have come since the last call to a ledger. */
  read(ledger: Pick<Ledger, 'arrive'>): void {
    const buffer = Buffer.allocUnsafe(1 << 20)
    const descriptor = openSync(this.#file, 'r')
    for (let read = 1; read > 0; ) {
      read = readSync(descriptor, buffer, 0, buffer.length, this.#offset)
      this.#offset += read
      const lines = (this.#partial + buffer.toString('latin1', 0, read)).split('\n')
      this.#partial = lines.pop() as string
      for (const line of lines) ledger.arrive(line)
    }
    closeSync(descriptor)
  }
}
