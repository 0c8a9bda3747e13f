import { fstatSync, readSync } from 'node:fs'
import { reasonOf } from '@haproxystats/core'
import { readSources } from '../aggregate/single-source.ts'
import type { SourceResult, SourceWork } from '../types/work.ts'

/** What a worker does for [http] when a request is about single sources of the newest snapshot. Never throws. */
export function readSourceFiles({ descriptors, wanted }: SourceWork): SourceResult {
  try {
    return readSources(
      descriptors.map((descriptor) => (descriptor === undefined ? undefined : readWhole(descriptor))),
      wanted,
    )
  } catch (error) {
    return { failure: reasonOf(error) }
  }
}

function readWhole(descriptor: number): Uint8Array {
  const { size } = fstatSync(descriptor)
  const bytes = new Uint8Array(new SharedArrayBuffer(size))
  let length = 0
  while (length < size) {
    const read = readSync(descriptor, bytes, length, size - length, length)
    if (read === 0) break
    length += read
  }
  return bytes.subarray(0, length)
}
