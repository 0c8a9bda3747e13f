import { infoFields } from '../fields/index.ts'

/** A count: exact, so a bigint beyond 2^53; undefined for 0, and where HAProxy prints none. */
export type Count = number | bigint | undefined

/** The counters of one object or of one process, in the order of `statCounters` or `infoCounters`, up to the last that is not 0. */
export type Counts = Count[]

/** Adds counts to others, in place. */
export function addCounts(to: Counts, more: readonly Count[]): void {
  while (to.length < more.length) to.push(undefined)
  for (let index = 0; index < more.length; index++) {
    const count = more[index]
    if (count !== undefined) to[index] = sum(to[index], count)
  }
}

function sum(a: Count, b: number | bigint): Count {
  if (a === undefined) return b
  if (typeof a === 'number' && typeof b === 'number' && a + b <= Number.MAX_SAFE_INTEGER) return a + b
  const total = Number(a) + Number(b)
  return total <= Number.MAX_SAFE_INTEGER ? total : BigInt(a) + BigInt(b)
}

/** Where cells that HAProxy keeps in 32 bits begin anew. */
const wrap = 2 ** 32

/** Of those, some that count so fast that they do. */
const wrapping: ReadonlySet<string> = new Set(infoFields.filter(({ type }) => type === 'u32').map(({ name }) => name))

/**
 * What counters lost that began anew although their process is the same: what they had before, or 2^32 where they were about to
 * wrap. Undefined when they lost nothing.
 */
export function lostCounts(
  before: readonly Count[],
  now: readonly Count[],
  names: readonly string[],
): Counts | undefined {
  let lost: Counts | undefined
  for (let index = 0; index < before.length; index++) {
    const old = before[index]
    const value = now[index]
    if (old === undefined || (value !== undefined && value >= old)) continue
    lost ??= []
    const wrapped = value !== undefined && wrapping.has(names[index] as string) && old > wrap * 0.9 && old < wrap
    lost[index] = wrapped ? wrap : old
  }
  return lost
}

/** Takes counts from others; what is left is a new array. */
export function lessCounts(from: readonly Count[], less: readonly Count[]): Counts {
  const left = [...from]
  addCounts(
    left,
    less.map((count) => (count === undefined ? undefined : -count)),
  )
  return left
}
