import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { until as lookUntil } from '../../support/until.ts'

/** Lets time pass, in milliseconds. */
export const pause = (milliseconds: number): Promise<void> => delay(milliseconds)

/** Like that of the other tests, with a limit that a machine under the load of several rows does not reach by itself. */
export const until = <T>(what: string, look: () => T | Promise<T>, seconds = 60): ReturnType<typeof lookUntil<T>> =>
  lookUntil(what, look, seconds)

/** Whether a port of 127.0.0.1 takes a connection. */
export async function isListening(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1')
  const open = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return open
}
