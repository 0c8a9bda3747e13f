import { learnFields, mergeOfLearnt, scanHeader, statFieldByName } from '@haproxystats/haproxy/read'
import type { SourceFiles } from '../read/read-snapshot.ts'
import { segmentOf } from '../types/segment.ts'
import type { Column } from './column.ts'
import { fieldColumn } from './plan.ts'

/** A column that no table knows: from a release of HAProxy that is newer than this program, or a build of its own. */
export interface UnknownField {
  readonly column: Column
  /** Whether HAProxy has said of what nature it is; without that it is summed. */
  readonly learnt: boolean
}

/**
 * The columns of a snapshot that no table knows, by name. What HAProxy says of them in `show stat … typed` decides how
 * they merge; what it says to be text, a name or a point in time is left out, and so is what would have the path of another
 * field.
 */
export function unknownFields(files: readonly SourceFiles[]): UnknownField[] {
  const names = new Set(files.flatMap(({ stat }) => (stat === undefined ? [] : unknownNames(stat.head()))))
  if (names.size === 0) return []
  const learnt = new Map(files.flatMap(({ typed }) => (typed === undefined ? [] : [...learnFields(textOf(typed))])))
  const taken = new Set<string>(statFieldByName.keys())
  return [...names].sort().flatMap((name) => {
    const segment = segmentOf(name)
    if (taken.has(segment)) return []
    taken.add(segment)
    const field = learnt.get(name)
    const merge = field === undefined ? 'sum' : mergeOfLearnt(field)
    if (merge === 'none') return []
    const column = fieldColumn({ name: segment, merge, nature: field?.nature ?? 'gauge' })
    return [{ column: { ...column, cell: name }, learnt: field !== undefined }]
  })
}

/** None in an answer that is malformed: merging it will say so. */
function unknownNames(stat: Uint8Array): string[] {
  try {
    return [...scanHeader(stat).header.position.keys()].filter((name) => !statFieldByName.has(name))
  } catch {
    return []
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
