import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

/** One line that arrived at the end of the relay. */
export interface Arrived {
  readonly path: string
  readonly value: string
  readonly timestamp: string
}

/** Real carbon-c-relay on a port of 127.0.0.1, writing every line it takes to a file. */
export class Relay {
  readonly port: number
  readonly #file: string
  readonly #configuration: string
  #child: ChildProcess | undefined

  private constructor(directory: string, port: number) {
    this.port = port
    this.#file = join(directory, 'relay.out')
    this.#configuration = join(directory, 'relay.conf')
  }

  /** Writes its configuration and picks a port; `start` starts it. What still runs when the test ends is killed. */
  static async prepare(directory: string): Promise<Relay> {
    const relay = new Relay(directory, await freePort())
    const listen = `listen type linemode 127.0.0.1:${relay.port} proto tcp ;`
    await writeFile(relay.#configuration, `${listen}\ncluster out file ${relay.#file} ;\nmatch * send to out stop ;\n`)
    onTestFinished(() => relay.stop('SIGKILL'))
    return relay
  }

  async start(): Promise<void> {
    const child = spawn('carbon-c-relay', ['-f', this.#configuration, '-w', '1', '-s'], { stdio: 'ignore' })
    this.#child = child
    await until(`carbon-c-relay listening on port ${this.port}`, async () => {
      if (child.exitCode !== null) throw new Error(`carbon-c-relay ended with code ${child.exitCode}`)
      const socket = net.connect(this.port, '127.0.0.1')
      const open = await once(socket, 'connect').then(
        () => true,
        () => false,
      )
      socket.destroy()
      return open
    })
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  /** Lets it take connections and bytes no further than the kernel does, or go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal)
  }

  /** Every byte so far, in the order of arrival. */
  async bytes(): Promise<Buffer> {
    return await readFile(this.#file).catch(() => Buffer.alloc(0))
  }

  /** Every line so far, in the order of arrival. */
  async lines(): Promise<Arrived[]> {
    const text = await readFile(this.#file, 'latin1').catch(() => '')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    return whole
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const [path = '', value = '', timestamp = '', ...more] = line.split(' ')
        if (more.length > 0 || timestamp === '') throw new Error(`not a line of Graphite's protocol: ${line}`)
        return { path, value, timestamp }
      })
  }
}
