import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import {
  type Configuration,
  type ConfigurationResult,
  type Diagnostic,
  type DirectoryOption,
  didYouMean,
  diskHint,
  inspectDirectory,
  inspectMove,
  isHost,
  largestPersonalFile,
  makeBaseDirectory,
  makeDirectory,
  openToAll,
  readRegularFile,
  reasonOf,
  StatsError,
} from '@haproxystats/core'
import { defaultFile } from '@haproxystats/core/program'
import { chosenKinds, listWords, selectableFields } from './aggregate/plan.ts'
import { skippableServers } from './aggregate/server-selection.ts'
import { hostileName } from './outputs/format/hostile-names.ts'
import { linesEncoding } from './outputs/format/paths.ts'
import { graphite } from './outputs/graphite/graphite.ts'
import { closesIdle, deadServerText } from './outputs/graphite/idle-connection.ts'
import { placesBeside } from './queue/snapshot-queue.ts'

/**
 * Everything that must be right before the queue is touched; unless `starting`, also what would show only at work. Leaves
 * nothing behind. A directory of local-store that cannot be written keeps nobody from `starting`: it is a destination that
 * is down, and the others are served.
 */
export async function surroundingProblems(configuration: Configuration, starting = false): Promise<Diagnostic[]> {
  const problems = await Promise.all([
    queueProblems(configuration),
    ...excludeOptions.map((option) => excludeProblems(configuration, option)),
    ...(starting ? [] : [localStoreProblems(configuration)]),
    httpProblems(configuration),
  ])
  const patterns = starting ? [] : patternProblems(configuration)
  return [...wordProblems(configuration), ...pathProblems(configuration), ...patterns, ...problems.flat()]
}

const groupSections = ['frontend-groups', 'backend-groups', 'server-groups'] as const

/** Patterns that take for ever for some names: snapshots with such a name would wait until the pattern is mended. */
function patternProblems(configuration: Configuration): Diagnostic[] {
  const destinations = [configuration.graphite, ...configuration.graphites.map(({ options }) => options)]
  if (destinations.every((options) => options['group-namespace'] === undefined)) return []
  return groupSections.flatMap((section) =>
    configuration[section].flatMap((group) => {
      const name = hostileName(group)
      if (name === undefined) return []
      const message = `takes longer than a second for a name such as ${name.slice(0, 20)}…${name.slice(-1)} of ${name.length} characters`
      const hint = 'repetition within repetition, as in (a+)+, is tried in every way there is: write it as a+'
      return [{ section, option: group.name, found: group.pattern.source, message, hint }]
    }),
  )
}

/**
 * The longest that may stand before `frontend.…` in a path, in bytes: with two names of 200, a metric, the longest number
 * and a timestamp a line stays below 1,024.
 */
const longestRoot = 400

/** What an operator puts before the names of objects leaves room for them. */
function pathProblems(configuration: Configuration): Diagnostic[] {
  const { root, groupNamespace = '', groups } = linesEncoding(configuration).options
  const names = Object.values(groups).flatMap((patterns) => patterns.map(({ name }) => name.length))
  const length = root.length + groupNamespace.length + Math.max(0, ...names)
  if (length <= longestRoot) return []
  const message = `makes metric paths too long: ${length} bytes with host, group-namespace and group, before any name of HAProxy`
  const hint = `all of them may have ${longestRoot}`
  return [{ section: 'graphite', option: 'namespace', found: configuration.graphite.namespace, message, hint }]
}

/**
 * That something becomes of the snapshots. Told at the option that is off where there is one; it keeps
 * haproxystats-process from running, but `--check` only warns: a fresh package has no output yet.
 */
export function outputProblems(
  { graphite, graphites, ...others }: Configuration,
  reading: ConfigurationResult,
): Diagnostic[] {
  const destinations = [graphite, ...graphites.map(({ options }) => options)]
  if (others['local-store'] || others.http || destinations.some(({ enabled }) => enabled)) return []
  const off = ['graphite', ...reading.members('graphite')].find((section) => reading.place(section, 'enabled'))
  const sections = '[graphite] with server and port, [local-store] or [http]'
  const [file] = reading.files
  return off === undefined
    ? [{ message: 'no output: nothing becomes of the snapshots', hint: `add ${sections} to ${file ?? defaultFile}` }]
    : [{ section: off, option: 'enabled', message: 'no output is left', hint: `set it to true, or add ${sections}` }]
}

/** Makes the queue where it is missing and its parent is there: the programs may start in any order. Throws `QUEUE_IO`. */
export async function prepareQueue(configuration: Configuration): Promise<void> {
  await makeBaseDirectory(configuration.paths['base-dir'])
  const directory = configuration.process['src-dir']
  await makeDirectory(directory).catch((error: unknown) => {
    const hint = diskHint(error)
    const text = `cannot make the queue ${directory}: ${reasonOf(error)}${hint ? `; ${hint}` : ''}`
    throw new StatsError('QUEUE_IO', text, { directory }, error)
  })
}

/** Names that `*-metrics` list and no object of the kind has, and other words that mean nothing. */
function wordProblems({ process }: Configuration): Diagnostic[] {
  const metrics = chosenKinds.flatMap((kind) => {
    const of = kind === 'daemon' ? 'the daemon' : `${kind}s`
    const valid = [...listWords, ...selectableFields(kind)]
    const known = `the fields of ${of} are ${valid.slice(listWords.length).join(' ')}; ${listWords.join(' and ')} stand for many`
    return unknownWords(process, `${kind}-metrics`, valid, { message: `is not a field of ${of}`, known })
  })
  const skip = { message: 'is no kind of servers to leave out', known: `expected ${skippableServers.join(' or ')}` }
  return [...metrics, ...unknownWords(process, 'skip-servers', skippableServers, skip)]
}

type WordsOption = `${(typeof chosenKinds)[number]}-metrics` | 'skip-servers'

function unknownWords(
  settings: Configuration['process'],
  option: WordsOption,
  valid: readonly string[],
  { message, known }: { message: string; known: string },
): Diagnostic[] {
  const unknown = (settings[option] ?? []).filter((name) => !valid.includes(name))
  return unknown.map((name) => {
    const guess = didYouMean(name, valid)
    return { section: 'process', option, found: name, message, hint: guess === undefined ? known : `${guess} ${known}` }
  })
}

async function queueProblems({ paths, process }: Configuration): Promise<Diagnostic[]> {
  const queue = { section: 'process', option: 'src-dir', path: process['src-dir'] }
  const found = await inspectDirectory(queue, paths['base-dir'])
  if ('error' in found) return [found.error]
  // It is made, and its parent with it, by us.
  if (found.inode === undefined) return []
  const parent = dirname(process['src-dir'])
  try {
    await access(parent, constants.W_OK | constants.X_OK)
    const { quarantine, removing } = placesBeside(queue.path)
    const move = (await inspectMoveOut(queue, removing)) ?? (await inspectMoveOut(queue, quarantine))
    return move === undefined ? [] : [move]
  } catch (error) {
    const message = `cannot be emptied: snapshots that are finished or broken are moved to its parent (${reasonOf(error)})`
    const hint = `let ${userInfo().username} write to ${parent}`
    return [{ section: 'process', option: 'src-dir', found: process['src-dir'], message, hint }]
  }
}

/** Into a directory that is made in the parent of the queue, or is there already. */
async function inspectMoveOut(queue: DirectoryOption, to: string): Promise<Diagnostic | undefined> {
  const isThere = await stat(to).then(
    () => true,
    () => false,
  )
  return inspectMove(queue, isThere ? to : dirname(to))
}

const excludeOptions = ['exclude-frontends', 'exclude-backends'] as const

async function excludeProblems(
  { process }: Configuration,
  option: (typeof excludeOptions)[number],
): Promise<Diagnostic[]> {
  const path = process[option]
  if (path === undefined) return []
  try {
    readRegularFile(path, largestPersonalFile)
    return []
  } catch (error) {
    const hint = 'make the file, it may be empty, or leave the option out'
    return [{ section: 'process', option, found: path, message: `cannot be read (${reasonOf(error)})`, hint }]
  }
}

async function localStoreProblems(configuration: Configuration): Promise<Diagnostic[]> {
  const path = configuration['local-store']?.dir
  if (path === undefined) return []
  const found = await inspectDirectory({ section: 'local-store', option: 'dir', path })
  if (!('error' in found)) return []
  const parent = await stat(dirname(path)).catch(() => undefined)
  return parent === undefined ? [] : [found.error]
}

/** Destinations for Graphite that take connections and have nobody behind them. One that cannot be reached now is no mistake. */
export async function receiverNotes(configuration: Configuration): Promise<Diagnostic[]> {
  const { signal } = new AbortController()
  const notes = graphite.instances(configuration).map(async ({ name: section, options }) => {
    const seconds = await closesIdle(options, signal).catch(() => undefined)
    const found = `${options.server}:${options.port}`
    return seconds === undefined ? [] : { section, option: 'server', found, message: deadServerText(seconds) }
  })
  return (await Promise.all(notes)).flat()
}

/** The files that `[http]` names are what they should be. Loaded only for those who have the section. */
async function httpProblems({ http }: Configuration): Promise<Diagnostic[]> {
  if (http === undefined) return []
  const { readUsers } = await import('./http/server/passwords.ts')
  const { readCertificate } = await import('./http/server/certificate.ts')
  const certificate = http['tls-certificate-file']
  const noNames = (http.hosts ?? []).filter((name) => name !== '*' && !isHost(name))
  const hint = 'expected names alone, without scheme, port and commas, as stats.example.com'
  return [
    ...noNames.map((found) => {
      return { section: 'http', option: 'hosts', found, message: 'is not the name of a host', hint }
    }),
    ...fileProblem('password-file', http['password-file'], readUsers),
    ...fileProblem('tls-certificate-file', certificate, (path) => {
      readCertificate({ certificate: path, key: http['tls-key-file'] })
    }),
  ]
}

/** Files of `[http]` with secrets that everybody may read or write. */
export function secretWarnings({ http }: Configuration): Diagnostic[] {
  if (http === undefined) return []
  const key = http['tls-key-file']
  const files = [
    { option: 'password-file', path: http['password-file'], secret: true },
    { option: 'tls-certificate-file', path: http['tls-certificate-file'], secret: key === undefined },
    { option: 'tls-key-file', path: key, secret: true },
  ]
  return files.flatMap(({ option, path, secret }) => {
    if (path === undefined) return []
    const open = openToAll(path, { secret })
    return open === undefined ? [] : [{ section: 'http', option, found: path, ...open }]
  })
}

function fileProblem(option: string, path: string | undefined, read: (path: string) => unknown): Diagnostic[] {
  if (path === undefined) return []
  try {
    read(path)
    return []
  } catch (error) {
    return [{ section: 'http', option, found: path, message: reasonOf(error) }]
  }
}
