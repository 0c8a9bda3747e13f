import { type Count, infoCounters, peakCounters, type RowCounters, statCounters } from '@haproxystats/haproxy'
import type { OffsetState } from './counter-offsets.ts'
import type { Written, WrittenOffsets, WrittenRows, WrittenState } from './offsets-format.ts'

/** What was written last, as long as nothing of it changed. */
const writtenRows = new WeakMap<object, Buffer>()
const writtenOffsets = new WeakMap<object, { readonly revision: number; readonly bytes: Buffer }>()

/** The content of the file, in parts. */
export function renderOffsets({ processes, info, objects, slot, revision }: OffsetState): Buffer[] {
  const layouts = [...new Set(processes.map(({ counters }) => counters.objects.layout))]
  const before = writtenOffsets.get(objects)
  const offsets = before?.revision === revision ? before.bytes : renderObjects(objects)
  writtenOffsets.set(objects, { revision, bytes: offsets })
  const rows = layouts.map((layout) => {
    const bytes = writtenRows.get(layout) ?? renderRows(layout)
    writtenRows.set(layout, bytes)
    return bytes
  })
  const counters = processes.map(({ counters: { objects } }) => toBytes(objects.values))
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

function toBytes({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function written(counts: readonly Count[]): Written {
  return counts.map((count) => count ?? '').join(',')
}
