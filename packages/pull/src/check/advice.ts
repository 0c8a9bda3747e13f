import type { Address, StatsError } from '@haproxystats/core'
import { permissionHint } from '../sources/permission-hint.ts'

/** What to change so that a source can be read; undefined when the error already contains it. */
export function adviceFor(address: Address, { details }: StatsError): string | undefined {
  const at = 'at' in address ? address.at : address
  const errno = details['errno']
  if (at.kind !== 'unix') {
    return errno === 'ECONNREFUSED' && address.kind === 'tcp'
      ? `is HAProxy running? its "global" section needs the line: stats socket ipv4@<address>:${address.port} level user`
      : undefined
  }
  if (errno === 'EACCES' || errno === 'EPERM') return permissionHint(at.path)
  if (errno === 'ENOENT' || errno === 'ECONNREFUSED') {
    if (address.kind === 'master') return `is HAProxy running as a master with workers? start it with: -W -S ${at.path}`
    if (address.kind === 'http') return `is HAProxy running? a frontend needs the line: bind unix@${at.path}`
    const line = `stats socket ${at.path} mode 660 group haproxy level user`
    return `is HAProxy running? its "global" section needs the line: ${line}`
  }
  return undefined
}
