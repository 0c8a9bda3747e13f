import { chmodSync, lstatSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type ListenAddress, parseListenAddress } from '@haproxystats/core'

/** Milliseconds between two attempts to listen on an address that is in use. */
const pause = 5000

export interface ListenOptions {
  readonly scheme: 'http' | 'https'
  readonly socketMode: number
  readonly signal: AbortSignal
  readonly log: (severity: 'info' | 'warn' | 'error', message: string) => void
}

/**
 * Listens on an address. When that fails, because the port is in use for example, it logs the error once and retries
 * until it succeeds; the program delivers datapoints meanwhile. Resolves after the first attempt.
 */
export async function listen(server: Server, text: string, options: ListenOptions): Promise<void> {
  const address = parseListenAddress(text)
  const failure = await attempt(server, address, options)
  if (failure === undefined) {
    options.log('info', `listening on ${shown(text, options)}`)
    return
  }
  options.log('error', `cannot listen at ${text}: ${failure.message}; trying again every ${pause / 1000} s`)
  void keepTrying(server, text, address, options)
}

async function keepTrying(server: Server, text: string, address: ListenAddress, options: ListenOptions): Promise<void> {
  while (!options.signal.aborted) {
    await delay(pause, undefined, { signal: options.signal, ref: false }).catch(() => undefined)
    if (options.signal.aborted || (await attempt(server, address, options)) !== undefined) continue
    options.log('info', `listening on ${shown(text, options)} now`)
    return
  }
}

async function attempt(server: Server, address: ListenAddress, options: ListenOptions): Promise<Error | undefined> {
  const failure = await tryOnce(server, address)
  if (address.kind === 'tcp') return failure
  try {
    if (failure === undefined) {
      chmodSync(address.path, options.socketMode)
      return undefined
    }
    if (failure.code !== 'EADDRINUSE' || !lstatSync(address.path).isSocket()) return failure
    if (await isAnswered(address.path)) return failure
    rmSync(address.path)
  } catch (error) {
    return error as Error
  }
  return attempt(server, address, options)
}

function tryOnce(server: Server, address: ListenAddress): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => {
      server.off('listening', succeeded)
      resolve(error)
    }
    const succeeded = () => {
      server.off('error', failed)
      // Errors of accepting, too many open files, say: the clients wait or give up.
      server.on('error', () => undefined)
      resolve(undefined)
    }
    server.once('error', failed)
    server.once('listening', succeeded)
    if (address.kind === 'unix') server.listen({ path: address.path })
    else server.listen({ port: address.port, ...(address.host !== undefined && { host: address.host }) })
  })
}

/** Whether a process listens on a socket; one that an earlier run left behind refuses connections. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'))
  })
}

function shown(text: string, { scheme }: ListenOptions): string {
  return text.startsWith('unix://') ? text : `${scheme}://${text.replace(/^\*/, 'localhost')}`
}
