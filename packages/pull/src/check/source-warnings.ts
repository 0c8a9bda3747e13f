import { once } from 'node:events'
import { connect } from 'node:net'
import { type Address, type Configuration, type Problem, StatsError } from '@haproxystats/core'
import { listSources } from '../sources/source-list.ts'
import { adviceFor } from './advice.ts'

/** For one source, in milliseconds; all are tried at the same time. */
const timeout = 2000

/**
 * Warnings of a check about the sources: that there is none, and of each that nothing listens there or that permission is
 * denied. Only connects; `--probe` queries.
 */
export async function sourceWarnings({ pull: options }: Configuration): Promise<Problem[]> {
  const { sources, unreadable } = await listSources(options)
  // A problem of its own.
  if (unreadable !== undefined) return []
  if (sources.length === 0) return [noSource(options)]
  const found = sources.map(async ({ address, text, discovered }) => {
    const error = await connectionError(address)
    if (error === undefined) return []
    const option = discovered ? 'socket-dir' : 'servers'
    const hint = adviceFor(address, new StatsError('SOURCE_CONNECT', '', { errno: error }))
    const message = `could not be connected to (${error})`
    return [{ section: 'pull', option, found: text, message, ...(hint !== undefined && { hint }) }]
  })
  return (await Promise.all(found)).flat()
}

function noSource(options: Configuration['pull']): Problem {
  const directory = options['socket-dir']
  const hint = 'is HAProxy running? its "global" section needs a line "stats socket" with a path in this directory'
  if (directory !== undefined)
    return { section: 'pull', option: 'socket-dir', found: directory, message: 'there is no stats socket in it', hint }
  const todo = 'set socket-dir to the directory of the stats sockets of HAProxy, or list its addresses in servers'
  return { section: 'pull', message: 'no source', hint: todo }
}

/** The error code of connecting; `ETIMEDOUT` when it takes too long. */
async function connectionError(address: Address): Promise<string | undefined> {
  const at = 'at' in address ? address.at : address
  const socket = connect(at.kind === 'unix' ? { path: at.path } : { host: at.host, port: at.port })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeout) })
    return undefined
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return name === 'AbortError' ? 'ETIMEDOUT' : code
  } finally {
    socket.on('error', () => undefined).destroy()
  }
}
