import { Connection } from './connection.ts'

export interface Receiver {
  readonly server: string
  readonly port: number
  readonly 'connect-timeout': number
}

/**
 * A TCP load balancer takes connections although its server is dead. HAProxy connects to the server at once, three times
 * more a second apart, and closes when it has given up; carbon and relays keep a connection open on which nothing is sent
 * for minutes.
 */
const idleTime = 4

/** carbon-c-relay ends connections that are idle for ten minutes, which is no death; so each is replaced before. */
const renewal = 300

/** Connects and sends nothing for so many seconds. @throws when the receiver cannot be connected to, or closes. */
async function idle(receiver: Receiver, seconds: number, signal: AbortSignal, onOpen?: () => void): Promise<void> {
  const connection = await Connection.open(receiver.server, receiver.port, receiver['connect-timeout'], signal)
  onOpen?.()
  try {
    await connection.idle(seconds)
  } finally {
    connection.destroy()
  }
}

/**
 * After how many seconds the receiver closed an idle connection; `undefined` when it keeps it open. A load
 * balancer with a living server looks like the server itself.
 *
 * @throws when it cannot be connected to, or when stopped.
 */
export async function closesIdle(receiver: Receiver, signal: AbortSignal): Promise<number | undefined> {
  let begin: number | undefined
  try {
    await idle(receiver, idleTime, signal, () => {
      begin = performance.now()
    })
    return undefined
  } catch (error) {
    if (signal.aborted || begin === undefined) throw error
    return (performance.now() - begin) / 1000
  }
}

/** What that means, for people. */
export function deadServerText(seconds: number): string {
  return (
    `it closed an idle connection after ${seconds.toFixed(1)} s, as a TCP load balancer does whose server is dead: ` +
    'nothing that it takes arrives; give the server "check" in the load balancer, or deliver past it'
  )
}

/** An idle connection to a receiver, which shows at once when it dies, also between two sends. */
export class PeerWatch {
  readonly #receiver: Receiver
  readonly #end = new AbortController()
  #watching: Promise<void> | undefined
  #deaths = 0

  constructor(receiver: Receiver) {
    this.#receiver = receiver
  }

  get deaths(): number {
    return this.#deaths
  }

  /** Connects unless it is; called after a delivery, when the receiver is known to be there. */
  begin(): void {
    this.#watching ??= this.#watch()
  }

  end(): void {
    this.#end.abort()
  }

  async #watch(): Promise<void> {
    const { signal } = this.#end
    try {
      while (!signal.aborted) await idle(this.#receiver, renewal, signal)
    } catch {
      if (!signal.aborted) this.#deaths++
    }
    this.#watching = undefined
  }
}
