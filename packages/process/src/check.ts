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
  largestPersonalFile,
  makeBaseDirectory,
  makeDirectory,
  readRegularFile,
  reasonOf,
  StatsError,
} from '@haproxystats/core'
import { defaultFile } from '@haproxystats/core/program'
import { chosenKinds, listWords, selectableFields } from './aggregate/plan.ts'
import { skippableServers } from './aggregate/server-selection.ts'
import { httpProblems } from './http/check.ts'
import { outputs } from './outputs/index.ts'
import { placesBeside } from './queue/snapshot-queue.ts'

/**
 * Everything that must be right before the queue is touched; unless `starting`, also what would show only at work. Leaves
 * nothing behind.
 */
export async function surroundingProblems(configuration: Configuration, starting = false): Promise<Diagnostic[]> {
  const problems = await Promise.all([
    ...outputs.map(({ check }) => check?.(configuration, starting) ?? []),
    queueProblems(configuration),
    httpProblems(configuration),
  ])
  return [...wordProblems(configuration), ...problems.flat(), ...excludeProblems(configuration)]
}

/**
 * That there is an output. Without one haproxystats-process does not run, but `--check` only warns: a fresh package has none
 * yet. It is said at the option that is off where there is one.
 */
export function outputProblems(configuration: Configuration, reading: ConfigurationResult): Diagnostic[] {
  const some = outputs.some((output) => output.instances(configuration).length > 0)
  if (some || configuration.http !== undefined) return []
  const sections = outputs.flatMap(({ name }) => [name, ...reading.members(name)])
  const off = sections.find((section) => reading.place(section, 'enabled'))
  const all = `${outputs.map(({ toAdd }) => toAdd).join(', ')} or [http]`
  const [file] = reading.files
  return off === undefined
    ? [{ message: 'no output: nothing becomes of the snapshots', hint: `add ${all} to ${file ?? defaultFile}` }]
    : [{ section: off, option: 'enabled', message: 'no output is left', hint: `set it to true, or add ${all}` }]
}

/** What `--check` says of outputs that is no mistake. */
export async function outputNotes(configuration: Configuration): Promise<Diagnostic[]> {
  const notes = await Promise.all(outputs.map((output) => output.notes?.(configuration) ?? []))
  return notes.flat()
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
  const unknownWords = (
    option: `${(typeof chosenKinds)[number]}-metrics` | 'skip-servers',
    valid: readonly string[],
    message: string,
    known: string,
  ) => {
    const unknown = (process[option] ?? []).filter((name) => !valid.includes(name))
    return unknown.map((found) => {
      const guess = didYouMean(found, valid)
      return { section: 'process', option, found, message, hint: guess === undefined ? known : `${guess} ${known}` }
    })
  }
  const metrics = chosenKinds.flatMap((kind) => {
    const of = kind === 'daemon' ? 'the daemon' : `${kind}s`
    const fields = selectableFields(kind)
    const known = `the fields of ${of} are ${fields.join(' ')}; ${listWords.join(' and ')} stand for many`
    return unknownWords(`${kind}-metrics`, [...listWords, ...fields], `is not a field of ${of}`, known)
  })
  const known = `expected ${skippableServers.join(' or ')}`
  return [...metrics, ...unknownWords('skip-servers', skippableServers, 'is no kind of servers to leave out', known)]
}

async function queueProblems({ paths, process }: Configuration): Promise<Diagnostic[]> {
  const queue = { section: 'process', option: 'src-dir', path: process['src-dir'] }
  const found = await inspectDirectory(queue, paths['base-dir'])
  if ('error' in found) return [found.error]
  // It is made, and its parent with it, by us.
  if (found.inode === undefined) return []
  const parent = dirname(queue.path)
  try {
    await access(parent, constants.W_OK | constants.X_OK)
    const { quarantine, removing } = placesBeside(queue.path)
    const move = (await inspectMoveOut(queue, removing)) ?? (await inspectMoveOut(queue, quarantine))
    return move === undefined ? [] : [move]
  } catch (error) {
    const message = `cannot be emptied: snapshots that are finished or broken are moved to its parent (${reasonOf(error)})`
    const hint = `let ${userInfo().username} write to ${parent}`
    return [{ section: 'process', option: 'src-dir', found: queue.path, message, hint }]
  }
}

/** Into a directory that is made in the parent of the queue, or is there already. */
async function inspectMoveOut(queue: DirectoryOption, to: string): Promise<Diagnostic | undefined> {
  const isThere = await stat(to).catch(() => undefined)
  return inspectMove(queue, isThere === undefined ? dirname(to) : to)
}

function excludeProblems({ process }: Configuration): Diagnostic[] {
  return (['exclude-frontends', 'exclude-backends'] as const).flatMap((option) => {
    const found = process[option]
    if (found === undefined) return []
    try {
      readRegularFile(found, largestPersonalFile)
      return []
    } catch (error) {
      const hint = 'make the file, it may be empty, or leave the option out'
      return [{ section: 'process', option, found, message: `cannot be read (${reasonOf(error)})`, hint }]
    }
  })
}
