import { once } from 'node:events'
import { connect } from 'node:net'
import { type Address, type Configuration, type Diagnostic, StatsError } from '@haproxystats/core'
import { adviceFor } from '../check/advice.ts'
import { listSources } from '../sources/sources.ts'

/** For one source, in milliseconds; all are tried at a time. */
const patience = 2000

/**
 * What a check finds odd about the sources: that there is none, and of each that nobody listens there or that we may not
 * connect. Only connects; `--probe` asks.
 */
export async function sourceWarnings({ pull: options }: Configuration): Promise<Diagnostic[]> {
  const { sources, unreadable } = await listSources(options)
  // A mistake of its own.
  if (unreadable !== undefined) return []
  if (sources.length === 0) return [noSource(options)]
  const found = sources.map(async ({ address, text, discovered }) => {
    const error = await connectionError(address)
    if (error === undefined) return []
    const option = discovered ? 'socket-dir' : 'servers'
    const hint = adviceFor(address, new StatsError('SOURCE_CONNECT', '', { errno: error }))
    const message = `cannot be connected to (${error}), so nothing can be read`
    return [{ section: 'pull', option, found: text, message, hint }]
  })
  return (await Promise.all(found)).flat()
}

function noSource(options: Configuration['pull']): Diagnostic {
  const directory = options['socket-dir']
  const hint = 'is HAProxy running? its "global" section needs a line "stats socket" with a path in this directory'
  if (directory !== undefined)
    return { section: 'pull', option: 'socket-dir', found: directory, message: 'there is no stats socket in it', hint }
  const todo = 'set socket-dir to the directory of the stats sockets of HAProxy, or list its addresses in servers'
  return { section: 'pull', message: 'no source: there is nothing to read', hint: todo }
}

/** The system's word for why nobody can connect; `ETIMEDOUT` when that is not known in time. */
async function connectionError(address: Address): Promise<string | undefined> {
  const at = 'at' in address ? address.at : address
  const socket = connect(at.kind === 'unix' ? { path: at.path } : { host: at.host, port: at.port })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(patience) })
    return undefined
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return name === 'AbortError' ? 'ETIMEDOUT' : code
  } finally {
    socket.on('error', () => undefined).destroy()
  }
}
