import type { Configuration, Problem } from '@haproxystats/core'
import { hostileName } from '../format/hostile-names.ts'
import { linesEncoding } from '../format/paths.ts'
import { closesIdle, deadServerText } from './idle-connection.ts'

/**
 * The longest that may stand before `frontend.…` in a path, in bytes: with two names of 200, a metric, the longest number
 * and a timestamp a line stays below 1,024.
 */
const longestRoot = 400

/** What an operator puts before the names of objects leaves room for them. */
export function pathProblems(configuration: Configuration): Problem[] {
  const { root, groupNamespace = '', groups } = linesEncoding(configuration).options
  const names = Object.values(groups).flatMap((patterns) => patterns.map(({ name }) => name.length))
  const length = root.length + groupNamespace.length + Math.max(0, ...names)
  if (length <= longestRoot) return []
  const message = `makes metric paths too long: ${length} bytes with host, group-namespace and group, before any name of HAProxy`
  const hint = `all of them may have ${longestRoot}`
  return [{ section: 'graphite', option: 'namespace', found: configuration.graphite.namespace, message, hint }]
}

/** Patterns that take for ever for some names: snapshots with such a name would wait until the pattern is mended. */
export function patternProblems(configuration: Configuration): Problem[] {
  const destinations = [configuration.graphite, ...configuration.graphites.map(({ options }) => options)]
  if (destinations.every((options) => options['group-namespace'] === undefined)) return []
  return (['frontend-groups', 'backend-groups', 'server-groups'] as const).flatMap((section) =>
    configuration[section].flatMap((group) => {
      const name = hostileName(group)
      if (name === undefined) return []
      const message = `takes longer than a second for a name such as ${name.slice(0, 20)}…${name.slice(-1)} of ${name.length} characters`
      const hint = 'repetition within repetition, as in (a+)+, is tried in every way there is: write it as a+'
      return [{ section, option: group.name, found: group.pattern.source, message, hint }]
    }),
  )
}

interface Receiver {
  readonly name: string
  readonly options: Configuration['graphite']
}

/** Receivers that take connections and have nobody behind them. One that cannot be reached now is no mistake. */
export async function receiverNotes(receivers: readonly Receiver[]): Promise<Problem[]> {
  const { signal } = new AbortController()
  const notes = receivers.map(async ({ name: section, options }) => {
    const seconds = await closesIdle(options, signal).catch(() => undefined)
    const found = `${options.server}:${options.port}`
    return seconds === undefined ? [] : { section, option: 'server', found, message: deadServerText(seconds) }
  })
  return (await Promise.all(notes)).flat()
}
