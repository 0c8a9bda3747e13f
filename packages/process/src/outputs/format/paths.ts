import { hostname } from 'node:os'
import type { Configuration, GroupPattern } from '@haproxystats/core'
import type { Encoding } from '../../types/output.ts'
import { segmentOf } from '../../types/segment.ts'
import type { LineOptions } from './lines.ts'

/** Segments of a path as an operator writes it: dots make levels, everything else follows the rules for names. */
function levels(path: string): string[] {
  return path
    .split('.')
    .filter((level) => level !== '')
    .map(segmentOf)
}

function named(groups: readonly GroupPattern[]): GroupPattern[] {
  return groups.map(({ name, pattern }) => ({ name: segmentOf(name), pattern }))
}

/** What a section for Graphite and the groups say of metric paths; local-store writes the lines of `[graphite]`. */
export function linesEncoding(
  configuration: Configuration,
  graphite: Configuration['graphite'] = configuration.graphite,
  host = hostname(),
): Encoding & { options: LineOptions } {
  const hostLevel = graphite.fqdn ? host : (host.split('.')[0] as string)
  const root = [
    ...levels(graphite.namespace),
    ...(graphite['prefix-hostname'] ? [segmentOf(hostLevel)] : []),
    'haproxy',
  ]
  const groupNamespace = graphite['group-namespace']
  return {
    encoder: 'lines',
    options: {
      root: root.join('.'),
      groupNamespace: groupNamespace === undefined ? undefined : levels(groupNamespace).join('.'),
      doubleWrites: graphite['group-namespace-double-writes'],
      groups: {
        'frontend-groups': named(configuration['frontend-groups']),
        'backend-groups': named(configuration['backend-groups']),
        'server-groups': named(configuration['server-groups']),
      },
    },
  }
}
