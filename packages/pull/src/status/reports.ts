import type { Conditions, Configuration } from '@haproxystats/core'
import { reasonOf } from '@haproxystats/core'
import { permissionHint } from '../check/permission-hint.ts'
import { type Outcome, placeOf } from '../query/ask-source.ts'
import type { Source, SourceList } from '../sources/sources.ts'

/** Keys of troubles: that of a source, and those there is one of. */
const ofSource = (source: Source) => `source ${source.text}`
const sameKey = 'same '

/** Says once which sources fail, which sockets are left out and why, and once when that is over. */
export function reportOutcomes(
  changes: Conditions,
  outcomes: readonly Outcome[],
  options: Pick<Configuration['pull'], 'on-failure'>,
): void {
  const result =
    options['on-failure'] === 'discard'
      ? 'snapshots without it are marked incomplete, and are not sent to Graphite or local-store unless their section sets incomplete = deliver (on-failure = discard)'
      : 'snapshots without it are marked incomplete (on-failure = partial)'
  const met = new Set(outcomes.map(({ source }) => ofSource(source)))
  const masters = new Set(outcomes.flatMap(({ source: { worker } }) => worker?.master ?? []))
  for (const master of masters) endOthers(changes, master, met)
  for (const came of outcomes) {
    const { source } = came
    const key = ofSource(source)
    const fields = { source: source.text }
    if (came.outcome === 'gone') {
      changes.end(key, () => `${source.text} has ended`, fields)
    } else if (came.outcome === 'answered' || came.outcome === 'duplicate') {
      changes.end(key, (times) => `${source.text} answers again, after ${times} pulls without it`, fields)
    } else if (came.outcome === 'stale') {
      changes.begin(key, { level: 'warn', kind: 'stale', fields, text: staleText(source, came.after) })
    } else if (came.outcome === 'foreign') {
      const text = `${came.error.message}; it is left out`
      changes.begin(key, { level: 'warn', kind: 'foreign', fields, text })
    } else {
      const { code, message, details } = came.error
      const at = 'at' in source.address ? source.address.at : source.address
      const todo = details['errno'] === 'EACCES' && at.kind === 'unix' ? `; ${permissionHint(at.path)}` : ''
      const text = `${message}${todo}; ${result}`
      const kind = `${code} ${details['errno'] ?? details['hint'] ?? ''}`
      changes.begin(key, { level: 'error', kind, fields: { ...fields, code }, text })
    }
    reportSame(changes, came)
  }
  for (const key of changes.keys(sameKey)) {
    const text = key.slice(sameKey.length)
    if (!outcomes.some(({ source }) => source.text === text)) changes.end(key, () => `${text} is gone`)
  }
}

function staleText({ text }: Source, after: number | undefined): string {
  return after === undefined
    ? `nobody listens on ${text}: it is left out until somebody does; if its HAProxy is gone for good, remove the socket`
    : `nobody listens on ${text}, where a process answered before, for more than ${after} s (stale-after): the process counts as gone, and its socket is left out until somebody listens; remove it if HAProxy is gone for good`
}

/** Says once that a source is the process of another, and once when it is a process of its own. */
function reportSame(changes: Conditions, came: Outcome): void {
  const { source } = came
  const key = `${sameKey}${source.text}`
  if (came.outcome === 'duplicate') {
    const { text } = came.same
    const fields = { source: source.text, same: text, pid: came.facts.pid }
    const told = `${source.text} is the same HAProxy process as ${text} (pid ${came.facts.pid}): it is counted once, as ${came.same.name}; remove one of them from servers or socket-dir to ask it only once`
    changes.begin(key, { level: 'warn', kind: placeOf(came.same), fields, text: told })
  } else if (came.outcome === 'answered') {
    changes.end(key, () => `${source.text} is a process of its own now, or the one that is used: it is counted`)
  }
}

/** Ends the troubles of a master that gives its workers again, and of workers that it no longer has. */
function endOthers(changes: Conditions, master: string, met: ReadonlySet<string>): void {
  const key = `source ${master}`
  if (!met.has(key)) changes.end(key, (times) => `${master} answers again, after ${times} pulls without it`)
  for (const other of changes.keys(`${key} @!`)) {
    if (!met.has(other)) changes.end(other, () => `${other.slice('source '.length)} has ended`)
  }
}

/** Says once when a source that was in trouble is no longer among the sources. */
export function reportGone(changes: Conditions, sources: readonly Source[]): void {
  const present = new Set(sources.map(ofSource))
  for (const key of changes.keys('source ')) {
    if (present.has(key) || present.has(key.replace(/ @!\d+$/, ''))) continue
    const source = key.slice('source '.length)
    changes.end(key, () => `${source} is gone`, { source })
  }
}

/** Says once that `socket-dir` cannot be read, and what to do. */
export function reportSocketDirectory(changes: Conditions, list: SourceList, options: Configuration['pull']): void {
  const directory = options['socket-dir']
  const key = 'socket-dir'
  if (list.unreadable === undefined || directory === undefined) {
    changes.end(key, () => `socket-dir ${directory} can be read again`)
    return
  }
  const kind = list.unreadable.code ?? ''
  const untilThen = 'snapshots are marked incomplete until it can be read, as sources may be missing'
  const todo: Record<string, string> = {
    ENOENT: 'is HAProxy installed and running? set socket-dir to the directory of its stats sockets',
    ENOTDIR: 'set socket-dir to the directory of the stats sockets, or a single socket in servers',
    EACCES: `${permissionHint(directory)}; ${untilThen}`,
  }
  const text = `socket-dir ${directory} cannot be read: ${reasonOf(list.unreadable)}; ${todo[kind] ?? untilThen}`
  changes.begin(key, { level: 'warn', kind, fields: { directory }, text })
}

/** Says once that there is nothing to read, and why. */
export function reportNoSource(changes: Conditions, options: Configuration['pull'], stale: number): void {
  const directory = options['socket-dir']
  const [kind, text] =
    stale > 0
      ? [
          'stale',
          `nobody listens on any of the ${stale} sockets, or they are no stats sockets: no snapshot is published until HAProxy runs again`,
        ]
      : directory === undefined && options.servers === undefined
        ? [
            'unset',
            'there is nothing to read: set socket-dir in [pull] to the directory of the stats sockets of HAProxy, or list its addresses in servers',
          ]
        : ['empty', `there is no stats socket in socket-dir ${directory}: no snapshot is published until there is one`]
  changes.begin('no source', { level: 'warn', kind, text })
}
