import { type Conditions, type Configuration, reasonOf } from '@haproxystats/core'
import { permissionHint } from '../sources/permission-hint.ts'
import { placeOf, type Source, type SourceResult } from '../sources/source.ts'

type Options = Configuration['pull']

/** Keys of troubles. */
const keyOf = (source: Source) => `source ${source.text}`
const sameKey = 'same '

/** Logs once which sources fail, which sockets are ignored and why, and once when that is over. */
export function reportResults(
  conditions: Conditions,
  results: readonly SourceResult[],
  options: Pick<Options, 'on-failure'>,
): void {
  const present = new Set(results.map(({ source }) => keyOf(source)))
  const masters = new Set(results.flatMap(({ source: { worker } }) => worker?.master ?? []))
  for (const master of masters) endOthers(conditions, master, present)
  for (const result of results) {
    reportResult(conditions, result, options['on-failure'])
    reportSame(conditions, result)
  }
  for (const key of conditions.keys(sameKey)) {
    const text = key.slice(sameKey.length)
    if (!results.some(({ source }) => source.text === text)) conditions.end(key, () => `${text} is gone`)
  }
}

function reportResult(conditions: Conditions, result: SourceResult, onFailure: Options['on-failure']): void {
  const { source, outcome } = result
  const key = keyOf(source)
  const fields = { source: source.text }
  if (outcome === 'gone') {
    conditions.end(key, () => `${source.text} has ended`, fields)
  } else if (outcome === 'answered' || outcome === 'duplicate') {
    conditions.end(key, (times) => `${source.text} answers again, after ${times} pulls without it`, fields)
  } else if (outcome === 'stale') {
    conditions.begin(key, { level: 'warn', kind: 'stale', fields, text: staleText(source, result.after) })
  } else if (outcome === 'foreign') {
    const text = `${result.error.message}; the socket is ignored`
    conditions.begin(key, { level: 'warn', kind: 'foreign', fields, text })
  } else {
    const { code, message, details } = result.error
    const at = 'at' in source.address ? source.address.at : source.address
    const hint = details['errno'] === 'EACCES' && at.kind === 'unix' ? `; ${permissionHint(at.path)}` : ''
    const effect =
      onFailure === 'discard'
        ? 'snapshots without it are marked incomplete, and are not sent to Graphite or local-store unless their section sets incomplete = deliver (on-failure = discard)'
        : 'snapshots without it are marked incomplete (on-failure = partial)'
    const kind = `${code} ${details['errno'] ?? details['hint'] ?? ''}`
    conditions.begin(key, {
      level: 'error',
      kind,
      fields: { ...fields, code },
      text: `${message}${hint}; ${effect}`,
    })
  }
}

function staleText({ text }: Source, after: number | undefined): string {
  return after === undefined
    ? `stale socket: nothing listens on ${text}; it is ignored until a process does; if its HAProxy is gone for good, remove the socket`
    : `stale socket: nothing has listened on ${text}, where a process answered before, for more than ${after} s (stale-after); it is ignored until a process does; remove it if HAProxy is gone for good`
}

/** Logs once that a source is the process of another, and once when it is a process of its own. */
function reportSame(conditions: Conditions, result: SourceResult): void {
  const { source, outcome } = result
  const key = `${sameKey}${source.text}`
  if (outcome === 'duplicate') {
    const { text, name } = result.same
    const { pid } = result.facts
    const fields = { source: source.text, same: text, pid }
    const message = `duplicate source: ${source.text} is the same HAProxy process as ${text} (pid ${pid}); it is counted once, as ${name}; remove one of them from servers or socket-dir`
    conditions.begin(key, { level: 'warn', kind: placeOf(result.same), fields, text: message })
  } else if (outcome === 'answered') {
    conditions.end(key, () => `${source.text} is no duplicate any more: it is counted`)
  }
}

/** Ends the troubles of a master that lists its workers again, and of workers that it no longer has. */
function endOthers(conditions: Conditions, master: string, present: ReadonlySet<string>): void {
  const key = `source ${master}`
  if (!present.has(key)) conditions.end(key, (times) => `${master} answers again, after ${times} pulls without it`)
  for (const other of conditions.keys(`${key} @!`)) {
    if (!present.has(other)) conditions.end(other, () => `${other.slice('source '.length)} has ended`)
  }
}

/** Logs once when a source that was in trouble is no longer among the sources. */
export function reportGone(conditions: Conditions, sources: readonly Source[]): void {
  const present = new Set(sources.map(keyOf))
  for (const key of conditions.keys('source ')) {
    if (present.has(key) || present.has(key.replace(/ @!\d+$/, ''))) continue
    const source = key.slice('source '.length)
    conditions.end(key, () => `${source} is gone`, { source })
  }
}

/** Logs once that `socket-dir` cannot be read, and what to do. */
export function reportSocketDirectory(
  conditions: Conditions,
  error: NodeJS.ErrnoException | undefined,
  { 'socket-dir': directory }: Options,
): void {
  const key = 'socket-dir'
  if (error === undefined || directory === undefined) {
    conditions.end(key, () => `socket-dir ${directory} can be read again`)
    return
  }
  const kind = error.code ?? ''
  const effect = 'snapshots are marked incomplete until it can be read, as sources may be missing'
  const hints: Record<string, string> = {
    ENOENT: 'is HAProxy installed and running? set socket-dir to the directory of its stats sockets',
    ENOTDIR: 'set socket-dir to the directory of the stats sockets, or a single socket in servers',
    EACCES: `${permissionHint(directory)}; ${effect}`,
  }
  const text = `socket-dir ${directory} cannot be read: ${reasonOf(error)}; ${hints[kind] ?? effect}`
  conditions.begin(key, { level: 'warn', kind, fields: { directory }, text })
}

/** Logs once that there is no source to read, and why. */
export function reportNoSource(conditions: Conditions, options: Options, stale: number): void {
  const directory = options['socket-dir']
  const [kind, text] =
    stale > 0
      ? [
          'stale',
          `no source: all ${stale} sockets are stale or no stats sockets; no snapshot is published until HAProxy runs again`,
        ]
      : directory === undefined && options.servers === undefined
        ? [
            'unset',
            'no source: set socket-dir in [pull] to the directory of the stats sockets of HAProxy, or list its addresses in servers',
          ]
        : ['empty', `no source: socket-dir ${directory} has no stats socket; no snapshot is published until it has one`]
  conditions.begin('no source', { level: 'warn', kind, text })
}

/** Logs once that pulls were missed, and once when they are on time again. */
export function reportMissed(conditions: Conditions, missed: number): void {
  const text = `${missed} pulls were missed: the previous one took too long, the program was stopped, or the clock was set forward`
  if (missed > 0) conditions.begin('missed', { level: 'warn', kind: 'missed', fields: { missed }, text })
  else conditions.end('missed', () => 'pulls are on time again')
}

/** Logs once that pulling waits for the clock. */
export function reportBehind(conditions: Conditions, seconds: number): void {
  const text = `the clock is ${seconds} s behind the newest snapshot: waiting until it has passed it, or has run for a while without another step`
  conditions.begin('clock', { level: 'warn', kind: 'behind', fields: { seconds }, text })
}
