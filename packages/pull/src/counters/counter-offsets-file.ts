import { join } from 'node:path'
import { type Logger, readRegularFile, reasonOf, replaceFile, StatsError } from '@haproxystats/core'
import { type Count, type Counts, infoCounters, peakCounters, statCounters } from '@haproxystats/haproxy'
import type { CarriedObject, CarriedState } from './counter-offsets.ts'
import type { ToldTwice } from './known-process.ts'

/** Where carried counters are kept between runs. */
export function carriedPath(baseDirectory: string): string {
  return join(baseDirectory, 'haproxystats-pull.counters')
}

/** What a text of V8 can be at most, in bytes. */
const largest = 512 * 1024 ** 2 - 1024

/** Counts as text, with a comma between them and nothing for 0, in the order of the names. */
type Written = string

type WrittenObjects = readonly (readonly [key: string, counts: Written])[]

/** Counters that two processes tell: the first, those of now, and 1 for `open`, 2 for `shown`. */
type WrittenTwice = readonly (readonly [key: string, first: Written, now: Written, state: number])[]

interface WrittenState {
  readonly names: Readonly<Record<'info' | 'stat', readonly string[]>> & { readonly peaks?: readonly string[] }
  readonly processes: readonly {
    readonly place: string
    readonly pid?: number
    readonly started?: number
    readonly uptime?: number
    readonly seen: number
    readonly info: Written
    readonly objects: WrittenObjects
    readonly absent: WrittenObjects
    readonly twice?: WrittenTwice
    readonly succeeded?: boolean
  }[]
  readonly info: Written
  readonly objects: readonly (readonly [key: string, seen: number, counts: Written])[]
  /** What was lost of `peakCounters`: by object and place. */
  readonly peaks?: readonly (readonly [key: string, place: string, counts: readonly number[]])[]
}

/** The text of the file. */
export function renderCarried({ processes, info, objects }: CarriedState): string {
  const state: WrittenState = {
    names: { info: infoCounters, stat: statCounters, peaks: peakCounters },
    processes: processes.map(({ counters, absent = [], twice, alsoAt: _alsoAt, ...process }) => ({
      ...process,
      info: written(counters.info),
      objects: [...counters.objects].map(([key, counts]) => [key, written(counts)] as const),
      absent: [...absent].map(([key, counts]) => [key, written(counts)] as const),
      ...(twice && { twice: [...twice].map(writtenTwice) }),
    })),
    info: written(info),
    objects: [...objects].map(([key, { counts, seen }]) => [key, seen, written(counts)] as const),
    peaks: [...objects].flatMap(([key, { peaks = [] }]) =>
      [...peaks].map(([place, lost]) => [key, place, lost] as const),
    ),
  }
  return `${JSON.stringify(state)}\n`
}

/** The state in a text; throws when it is none. Names that are no longer known are left out. */
export function parseCarried(text: string): CarriedState {
  const state: WrittenState = JSON.parse(text)
  const info = reader(state.names.info, infoCounters)
  const stat = reader(state.names.stat, statCounters)
  const countsOf = (objects: WrittenObjects) => new Map(objects.map(([key, counts]) => [key, stat(counts)]))
  const twiceOf = (twice: WrittenTwice) =>
    new Map(twice.map(([key, first, now, told]) => [key, { first: stat(first), now: stat(now), ...stateOf(told) }]))
  const objects = new Map<string, CarriedObject>(
    state.objects.map(([key, seen, counts]) => [key, { seen, counts: stat(counts) }]),
  )
  for (const [key, place, lost] of state.peaks ?? []) {
    const object = objects.get(key)
    if (object === undefined) continue
    const counts = peakCounters.map((name) => lost[state.names.peaks?.indexOf(name) ?? -1] ?? 0)
    object.peaks = new Map(object.peaks).set(place, counts)
  }
  return {
    processes: state.processes.map(({ info: counts, objects, absent, twice, ...process }) => ({
      ...process,
      counters: { info: info(counts), objects: countsOf(objects) },
      absent: countsOf(absent),
      ...(twice && { twice: twiceOf(twice) }),
    })),
    info: info(state.info),
    objects,
  }
}

function writtenTwice([key, { first, now, open, shown }]: [string, ToldTwice]): WrittenTwice[number] {
  return [key, written(first), written(now), Number(open) + 2 * Number(shown ?? false)]
}

function stateOf(written: number): Pick<ToldTwice, 'open' | 'shown'> {
  return { open: written % 2 === 1, shown: written >= 2 }
}

function written(counts: readonly Count[]): Written {
  let text = ''
  let pending = ''
  for (const count of counts) {
    if (count !== undefined) {
      text += `${pending}${count}`
      pending = ''
    }
    pending += ','
  }
  return text
}

function reader(names: readonly string[], wanted: readonly string[]): (counts: Written) => Counts {
  const places = names.map((name) => wanted.indexOf(name))
  const same = places.every((place, index) => place === index)
  return (text) => {
    if (text === '') return []
    const cells = text.split(',').map(readCount)
    if (same) return cells
    const counts: Counts = []
    for (const [index, count] of cells.entries()) {
      const place = places[index] ?? -1
      if (count === undefined || place === -1) continue
      while (counts.length <= place) counts.push(undefined)
      counts[place] = count
    }
    return counts
  }
}

function readCount(text: string): Count {
  if (text === '') return undefined
  const count = Number(text)
  return count > Number.MAX_SAFE_INTEGER ? BigInt(text) : count
}

/** What earlier runs kept; undefined when there is nothing, or, which is said, when it is damaged. */
export async function readCarried(path: string, log: Logger): Promise<CarriedState | undefined> {
  try {
    return parseCarried(readRegularFile(path, largest).toString())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    const text = `${path} cannot be read: ${reasonOf(error)}; counters of processes that ended before now are no longer carried over`
    log.error({ file: path }, text)
    return undefined
  }
}

/**
 * Puts the state in the place of the one before, in one step that survives a power cut. Rejects with `SNAPSHOT_PUBLISH`: a
 * snapshot that says more than is kept must not be published.
 */
export async function writeCarried(path: string, state: CarriedState, fsync: boolean): Promise<void> {
  try {
    await replaceFile(path, renderCarried(state), { sync: fsync })
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? ''
    const text = `${path}, which keeps the counters of processes that ended, cannot be written: ${reasonOf(error)}`
    throw new StatsError('SNAPSHOT_PUBLISH', text, { errno }, error)
  }
}
