import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileMode, type Logger, readRegularFile, reasonOf, StatsError } from '@haproxystats/core'
import { type Count, type Counts, infoCounters, peakCounters, RowCounters, statCounters } from '@haproxystats/haproxy'
import type { ObjectOffset, OffsetState } from './counter-offsets.ts'
import type { KnownProcess } from './known-process.ts'

/** Where counter offsets are kept between runs. */
export function offsetsPath(baseDirectory: string): string {
  return join(baseDirectory, 'haproxystats-pull.counters')
}

/** The largest file that is read, in bytes. */
const largest = 512 * 1024 ** 2

/** Counts as text, with a comma between them and nothing for 0, in the order of the names. */
type Written = string

type WrittenObjects = readonly (readonly [key: string, counts: Written])[]

/** The first counts of an overlap, those of now, and 1 for `open`, 2 for `shown`. */
type WrittenOverlap = readonly (readonly [key: string, first: Written, now: Written, state: number])[]

interface WrittenOffsets {
  /** `seen` is null of objects that are there. */
  readonly objects: readonly (readonly [key: string, seen: number | null, counts: Written])[]
  /** Of `peakCounters`, by object and place. */
  readonly peaks?: readonly (readonly [key: string, place: string, counts: readonly number[]])[]
}

/** Which rows there are, and which counters each type of row has, by position in `names.stat`. */
interface WrittenRows {
  readonly keys: readonly string[]
  readonly columns: readonly (readonly number[])[]
  /** Of each row: which of `columns`. */
  readonly types: readonly number[]
}

/**
 * The first line of the file. Behind it are: the offsets, the rows (each JSON), and the counters of each process (64-bit floats), so
 * that as much as possible is written as it was written before, or is in memory.
 */
interface WrittenState {
  readonly names: Readonly<Record<'info' | 'stat' | 'peaks', readonly string[]>>
  readonly slot: number
  readonly info: Written
  readonly processes: readonly (Pick<KnownProcess, 'place' | 'pid' | 'started' | 'uptime' | 'seen' | 'replaced'> & {
    readonly info: Written
    /** Which of the rows. */
    readonly rows: number
    /** Counters beyond 2^53, by their place. */
    readonly big: readonly (readonly [place: number, count: string])[]
    readonly absent: WrittenObjects
    readonly overlap?: WrittenOverlap
  })[]
  /** Bytes of what follows. */
  readonly sizes: { readonly offsets: number; readonly rows: readonly number[]; readonly counters: readonly number[] }
}

/** The file of 1.0.0-alpha.1, which is one line: all of it stands where later ones have sizes. */
interface AlphaState extends Omit<WrittenState, 'processes' | 'sizes'>, WrittenOffsets {
  readonly sizes?: undefined
  readonly processes: readonly (Omit<WrittenState['processes'][number], 'rows' | 'big' | 'overlap' | 'replaced'> & {
    readonly objects: WrittenObjects
    readonly twice?: WrittenOverlap
    readonly succeeded?: boolean
  })[]
}

/** What was written last, as long as nothing of it changed. */
const writtenRows = new WeakMap<object, Buffer>()
const writtenOffsets = new WeakMap<object, { readonly revision: number; readonly bytes: Buffer }>()

/** The content of the file, in parts. */
export function renderOffsets({ processes, info, objects, slot, revision }: OffsetState): Buffer[] {
  const layouts = [...new Set(processes.map(({ counters }) => counters.objects.layout))]
  const offsets = remember(writtenOffsets.get(objects)?.revision === revision, objects)
  const rows = layouts.map((layout) => {
    const bytes = writtenRows.get(layout) ?? renderRows(layout)
    writtenRows.set(layout, bytes)
    return bytes
  })
  const counters = processes.map(({ counters: { objects } }) => bytesOf(objects.values))
  const state: WrittenState = {
    names: { info: infoCounters, stat: statCounters, peaks: peakCounters },
    slot,
    info: written(info),
    processes: processes.map(({ counters, absent = [], overlap, alsoAt: _alsoAt, ...process }) => ({
      ...process,
      info: written(counters.info),
      rows: layouts.indexOf(counters.objects.layout),
      big: [...counters.objects.big].map(([place, count]) => [place, String(count)] as const),
      absent: [...absent].map(([key, counts]) => [key, written(counts)] as const),
      ...(overlap && {
        overlap: [...overlap].map(([key, { first, now, open, shown }]) => {
          return [key, written(first), written(now), Number(open) + 2 * Number(shown ?? false)] as const
        }),
      }),
    })),
    sizes: {
      offsets: offsets.length,
      rows: rows.map(({ length }) => length),
      counters: counters.map(({ length }) => length),
    },
  }
  return [Buffer.from(`${JSON.stringify(state)}\n`), offsets, ...rows, ...counters]

  function remember(same: boolean, of: OffsetState['objects']): Buffer {
    const bytes = same ? (writtenOffsets.get(of)?.bytes as Buffer) : renderObjects(of)
    writtenOffsets.set(of, { revision, bytes })
    return bytes
  }
}

function renderObjects(objects: OffsetState['objects']): Buffer {
  const state: WrittenOffsets = {
    objects: [...objects].map(([key, { counts, seen = null }]) => [key, seen, written(counts)]),
    peaks: [...objects].flatMap(([key, { peaks = [] }]) =>
      [...peaks].map(([place, lost]) => [key, place, lost] as const),
    ),
  }
  return Buffer.from(JSON.stringify(state))
}

function renderRows({ keys, columns }: RowCounters['layout']): Buffer {
  const different = [...new Set(columns)]
  const types = columns.map((of) => different.indexOf(of))
  return Buffer.from(JSON.stringify({ keys, columns: different, types } satisfies WrittenRows))
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function written(counts: readonly Count[]): Written {
  return counts.map((count) => count ?? '').join(',')
}

/** The state in a file; throws when it is none. Names that are no longer known are left out. */
export function parseOffsets(file: Buffer): OffsetState {
  const end = file.indexOf('\n')
  const state: WrittenState | AlphaState = JSON.parse(file.toString('utf8', 0, end))
  const info = reader(state.names.info, infoCounters)
  const stat = reader(state.names.stat, statCounters)
  const sections = state.sizes && readSections(file, end + 1, state.sizes)
  const places = state.names.stat.map((name) => statCounters.indexOf(name))
  const processes = state.processes.map((written, index) => {
    const { place, pid, started, uptime, seen, info: counts, absent } = written
    const alpha = 'objects' in written
    const [overlap, replaced] = alpha ? [written.twice, written.succeeded] : [written.overlap, written.replaced]
    const objects = alpha
      ? RowCounters.from(written.objects.map(([key, counts]) => [key, stat(counts)] as const))
      : readRows(
          sections?.rows[written.rows] as WrittenRows,
          sections?.counters[index] as Float64Array,
          written.big,
          places,
        )
    return {
      place,
      ...(pid !== undefined && { pid }),
      ...(started !== undefined && { started }),
      ...(uptime !== undefined && { uptime }),
      seen,
      counters: { info: info(counts), objects },
      ...(replaced && { replaced }),
      absent: new Map(absent.map(([key, counts]) => [key, stat(counts)])),
      ...(overlap && { overlap: new Map(overlap.map((entry) => readOverlap(entry, stat))) }),
    }
  })
  const objects = readObjects(sections?.offsets ?? (state as AlphaState), state.names.peaks, stat)
  return { processes, info: info(state.info), objects, slot: state.slot ?? 0, revision: 0 }
}

function readSections(file: Buffer, start: number, sizes: WrittenState['sizes']) {
  let position = start
  const section = (size: number) => {
    position += size
    if (position > file.length) throw new Error('it ends too early')
    return file.subarray(position - size, position)
  }
  const json = (size: number) => JSON.parse(section(size).toString())
  const offsets: WrittenOffsets = json(sizes.offsets)
  const rows: WrittenRows[] = sizes.rows.map(json)
  const counters = sizes.counters.map((size) => new Float64Array(Uint8Array.from(section(size)).buffer))
  return { offsets, rows, counters }
}

function readOverlap([key, first, now, state]: WrittenOverlap[number], stat: ReturnType<typeof reader>) {
  return [key, { first: stat(first), now: stat(now), open: state % 2 === 1, shown: state >= 2 }] as const
}

function readObjects(
  { objects, peaks = [] }: WrittenOffsets,
  names: readonly string[] = [],
  stat: ReturnType<typeof reader>,
) {
  const read = new Map<string, ObjectOffset>()
  for (const [key, seen, counts] of objects) read.set(key, { seen: seen ?? undefined, counts: stat(counts) })
  for (const [key, place, lost] of peaks) {
    const object = read.get(key)
    if (object === undefined) continue
    const counts = peakCounters.map((name) => lost[names.indexOf(name)] ?? 0)
    object.peaks = new Map(object.peaks).set(place, counts)
  }
  return read
}

function readRows(
  { keys, columns, types }: WrittenRows,
  values: Float64Array,
  big: readonly (readonly [place: number, count: string])[],
  places: readonly number[],
): RowCounters {
  const exact = new Map(big.map(([place, count]) => [place, BigInt(count)]))
  let position = 0
  return RowCounters.from(
    keys.map((key, row) => {
      const counts: Counts = []
      for (const column of columns[types[row] as number] as readonly number[]) {
        const index = places[column] ?? -1
        const count = exact.get(position) ?? values[position]
        position++
        if (index < 0 || !count) continue
        while (counts.length <= index) counts.push(undefined)
        counts[index] = count
      }
      return [key, counts] as const
    }),
  )
}

/** Reads counts by names that may be those of another release. */
function reader(names: readonly string[], wanted: readonly string[]): (counts: Written) => Counts {
  const places = names.map((name) => wanted.indexOf(name))
  return (text) => {
    const counts: Counts = []
    for (const [index, cell] of text.split(',').entries()) {
      const place = places[index] ?? -1
      if (place < 0 || cell === '') continue
      while (counts.length <= place) counts.push(undefined)
      const count = Number(cell)
      counts[place] = count > Number.MAX_SAFE_INTEGER ? BigInt(cell) : count
    }
    return counts
  }
}

/** What earlier runs kept; undefined when there is nothing, or, which is logged, when it is damaged. */
export async function readOffsets(path: string, log: Logger): Promise<OffsetState | undefined> {
  try {
    return parseOffsets(readRegularFile(path, largest))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    const text = `cannot read ${path}: ${reasonOf(error)}; counters of processes that ended before now are lost, and sums over processes fall`
    log.error({ file: path }, text)
    return undefined
  }
}

/**
 * Puts the state in the place of the one before, in one step that survives a power cut. Rejects with `SNAPSHOT_PUBLISH`: a
 * snapshot that says more than is kept must not be published.
 */
export async function writeOffsets(path: string, state: OffsetState, fsync: boolean): Promise<void> {
  const temporary = `${path}.tmp`
  try {
    await rm(temporary, { force: true })
    const file = await open(temporary, 'wx', fileMode)
    try {
      for (const part of renderOffsets(state)) await file.writeFile(part)
      if (fsync) await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? ''
    const text = `cannot write ${path}, which keeps the counters of ended processes: ${reasonOf(error)}`
    throw new StatsError('SNAPSHOT_PUBLISH', text, { errno }, error)
  }
}
