import type { ServerResponse } from 'node:http'

/** Pages that are open at a time; further ones ask every few seconds instead. */
const mostListeners = 256

/** What may wait for a client that does not read. */
const mostWaiting = 64 * 1024

/** So that no proxy on the way takes the connection for dead, in milliseconds. */
const heartbeat = 15_000

/** Server-sent events: every open page gets the time of each snapshot. */
export class Events {
  readonly #listeners = new Set<ServerResponse>()
  readonly #timer = setInterval(() => this.#write(':\n\n'), heartbeat)

  constructor() {
    this.#timer.unref()
  }

  get listeners(): number {
    return this.#listeners.size
  }

  /** Takes over a response whose headers are not written; false when too many are open. `last`: sent at once. */
  open(response: ServerResponse, headers: Readonly<Record<string, string>>, last: number | undefined): boolean {
    if (this.#listeners.size >= mostListeners) return false
    response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.write(`retry: 2000\n\n${last === undefined ? '' : snapshotEvent(last)}`)
    this.#listeners.add(response)
    response.on('close', () => this.#listeners.delete(response))
    return true
  }

  publish(snapshot: number): void {
    this.#write(snapshotEvent(snapshot))
  }

  close(): void {
    clearInterval(this.#timer)
    for (const listener of this.#listeners) listener.end()
  }

  #write(text: string): void {
    for (const listener of this.#listeners) {
      if (listener.writableLength > mostWaiting) listener.destroy()
      else listener.write(text)
    }
  }
}

function snapshotEvent(snapshot: number): string {
  return `event: snapshot\nid: ${snapshot}\ndata: ${JSON.stringify({ snapshot })}\n\n`
}
