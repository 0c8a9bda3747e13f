import { type Counts, infoCounters, peakCounters, RowCounters, statCounters } from '@haproxystats/haproxy'
import type { ObjectOffset, OffsetState } from './counter-offsets.ts'
import type {
  AlphaState,
  Written,
  WrittenOffsets,
  WrittenOverlap,
  WrittenRows,
  WrittenState,
} from './offsets-format.ts'

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
