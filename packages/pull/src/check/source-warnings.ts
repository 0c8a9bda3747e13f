import { type Configuration, type Diagnostic, StatsError } from '@haproxystats/core'
import { connect } from '@haproxystats/haproxy'
import type { Source } from '../sources/source.ts'
import { listSources } from '../sources/source-list.ts'
import { adviceFor } from './advice.ts'

/** For one source, in seconds; all are tried at the same time. */
const timeout = 2

/**
 * Warnings of a check about the sources: that there is none, and of each that nothing listens there or that permission is
 * denied. Only connects; `--probe` queries.
 */
export async function sourceWarnings({ pull: options }: Configuration): Promise<Diagnostic[]> {
  const { sources, unreadable } = await listSources(options)
  // A problem of its own.
  if (unreadable !== undefined) return []
  if (sources.length === 0) return [noSource(options)]
  return (await Promise.all(sources.map(connectionProblems))).flat()
}

function noSource(options: Configuration['pull']): Diagnostic {
  const directory = options['socket-dir']
  const hint = 'is HAProxy running? its "global" section needs a line "stats socket" with a path in this directory'
  if (directory !== undefined)
    return { section: 'pull', option: 'socket-dir', found: directory, message: 'there is no stats socket in it', hint }
  const todo = 'set socket-dir to the directory of the stats sockets of HAProxy, or list its addresses in servers'
  return { section: 'pull', message: 'no source', hint: todo }
}

async function connectionProblems({ address, text, discovered }: Source): Promise<Diagnostic[]> {
  const at = 'at' in address ? address.at : address
  const endpoint = at.kind === 'unix' ? at : { kind: at.kind, host: at.host, port: at.port }
  try {
    const once = { timeout, retries: 0, interval: 0, signal: AbortSignal.timeout(timeout * 1000) }
    const socket = await connect(text, endpoint, once)
    socket.destroy()
    return []
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    const option = discovered ? 'socket-dir' : 'servers'
    const hint = adviceFor(address, error)
    const message = `could not be connected to (${error.details['errno']})`
    return [{ section: 'pull', option, found: text, message, ...(hint !== undefined && { hint }) }]
  }
}
