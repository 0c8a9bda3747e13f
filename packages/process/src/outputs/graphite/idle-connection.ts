import { Connection } from './connection.ts'

/**
 * A TCP load balancer takes connections although its server is dead. HAProxy connects to the server at once, three times
 * more a second apart, and closes when it has given up; carbon and relays keep a connection open on which nothing is sent
 * for minutes.
 */
const idleTime = 4

export interface Receiver {
  readonly server: string
  readonly port: number
  readonly 'connect-timeout': number
}

/**
 * Connects, sends nothing, and waits: after how many seconds the receiver closed the connection; `undefined` when it keeps
 * it open. Nothing tells a load balancer with a living server from the server itself.
 *
 * @throws when it cannot be connected to, or when stopped.
 */
export async function closesIdle(receiver: Receiver, signal: AbortSignal): Promise<number | undefined> {
  const connection = await Connection.open(receiver.server, receiver.port, receiver['connect-timeout'], signal)
  const begin = performance.now()
  try {
    await connection.idle(idleTime)
    return undefined
  } catch (error) {
    if (signal.aborted) throw error
    return (performance.now() - begin) / 1000
  } finally {
    connection.destroy()
  }
}

/** What that means, for people. */
export function deadServerText(seconds: number): string {
  return (
    `it closed an idle connection after ${seconds.toFixed(1)} s, as a TCP load balancer does whose server is dead: ` +
    'nothing that it takes arrives; give the server "check" in the load balancer, or deliver past it'
  )
}
