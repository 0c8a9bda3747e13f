import type { GroupPattern } from '@haproxystats/core'
import { slowMatch } from './groups.ts'

/** As long as a name is at most when it is matched. */
const length = 200

/** Characters that many patterns stand for, and that end what they match. */
const usual = ['a', '0', '-', '_']
const ends = ['-', '_', ':']

/** Seconds that a sound pattern never takes for a few dozen names. */
const patience = 1

/** So many parts of a pattern are tried. */
const mostUnits = 20

/** A name for which a pattern takes for ever; undefined when none was found. Takes two seconds at most. */
export function hostileName(pattern: GroupPattern): string | undefined {
  return slowMatch([pattern], hostileNames(pattern.pattern.source), patience)?.name
}

/** What a pattern repeats, repeated as often as there is room, with something at its end that it does not match. */
function hostileNames(source: string): string[] {
  const words = source.match(/[a-zA-Z0-9_:-]+/g) ?? []
  const units = new Set([...usual, ...words, ...words.flatMap((word) => [...word])])
  return [...units].slice(0, mostUnits).flatMap((unit) => {
    const repeated = unit.repeat(Math.ceil(length / unit.length)).slice(0, length - 1)
    return ends.filter((end) => end !== unit).map((end) => repeated + end)
  })
}
