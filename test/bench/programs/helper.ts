import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from '../../support/until.ts'
import type { Context } from '../context.ts'

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** The files of the benchmark that run in processes of their own. */
export type HelperName =
  | `programs/${'receiver' | 'fake-haproxy' | 'http-clients'}`
  | `references/${'first-byte' | 'minimum' | 'naive' | 'reader'}`

/** A process of the benchmark that sends messages, also as replies. Its first message means that it is ready. */
export class Helper<Reply> {
  readonly #child: ChildProcess
  readonly #name: HelperName
  #replies: Reply[] = []

  private constructor(name: HelperName, options: readonly string[]) {
    const file = fileURLToPath(new URL(`../${name}.js`, import.meta.url))
    this.#name = name
    this.#child = fork(file, options, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    running.add(this.#child)
    this.#child.on('message', (message) => this.#replies.push(message as Reply))
    this.#child.on('exit', () => running.delete(this.#child))
  }

  /** Resolves with the helper and its first message. */
  static async start<Reply, Ready = unknown>(
    { stopLater }: Pick<Context, 'stopLater'>,
    name: HelperName,
    ...options: string[]
  ): Promise<[Helper<Reply>, Ready]> {
    const helper = new Helper<Reply>(name, options)
    stopLater(() => helper.stop())
    return [helper, (await helper.next()) as unknown as Ready]
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** Sends a request and waits for its reply. */
  async ask(request: object = {}): Promise<Reply> {
    this.#child.send(request)
    return this.next()
  }

  /** The next message; rejects after five minutes, and when the helper ends. */
  next(): Promise<Reply> {
    const look = () => {
      if (this.#replies.length === 0 && !running.has(this.#child)) throw new Error(`${this.#name} has ended`)
      return this.#replies.shift()
    }
    return until(`a message of ${this.#name}`, look, 300) as Promise<Reply>
  }

  /** Removes and returns the messages that `next` has not returned. */
  clear(): Reply[] {
    const replies = this.#replies
    this.#replies = []
    return replies
  }

  async stop(): Promise<void> {
    if (!running.has(this.#child)) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}
