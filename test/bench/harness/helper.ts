import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** The programs of the benchmark that run in processes of their own, by the names of their files. */
export type HelperName =
  | 'harness/sink'
  | 'harness/answerer'
  | 'harness/scrapers'
  | 'yardsticks/first-byte'
  | 'yardsticks/floor'
  | 'yardsticks/plain'
  | 'yardsticks/reader'
  | 'measure/stages'
  | 'measure/history-day'

/** A helper: one message to it, one message back. Its first message says that it is ready. */
export class Helper<Request, Reply> {
  readonly #child: ChildProcess
  readonly #replies: Reply[] = []
  #wake: () => void = () => undefined

  private constructor(name: HelperName, options: readonly string[]) {
    const file = fileURLToPath(new URL(`../${name}.js`, import.meta.url))
    this.#child = fork(file, options, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    running.add(this.#child)
    this.#child.on('message', (message) => {
      this.#replies.push(message as Reply)
      this.#wake()
    })
    this.#child.on('exit', () => {
      running.delete(this.#child)
      this.#wake()
    })
  }

  /** Resolves with the helper and what it said first. */
  static async start<Request, Reply, Ready = unknown>(
    name: HelperName,
    ...options: string[]
  ): Promise<[Helper<Request, Reply>, Ready]> {
    const helper = new Helper<Request, Reply>(name, options)
    return [helper, (await helper.next()) as unknown as Ready]
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** Sends a request and waits for its reply. */
  async ask(request: Request, seconds?: number): Promise<Reply> {
    this.#child.send(request as object)
    return this.next(seconds)
  }

  /** The next message; rejects after `seconds`, and when the helper ends. */
  async next(seconds = 300): Promise<Reply> {
    const end = performance.now() + seconds * 1000
    for (;;) {
      const reply = this.#replies.shift()
      if (reply !== undefined) return reply
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error('a helper has ended')
      const left = end - performance.now()
      if (left <= 0) throw new Error(`a helper said nothing for ${seconds} s`)
      await this.#message(left)
    }
  }

  /** What was said and not waited for, which is forgotten. */
  clear(): Reply[] {
    return this.#replies.splice(0)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }

  #message(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
