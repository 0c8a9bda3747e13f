/**
 * The candidate that a misspelt word most likely meant, or `undefined` when none is near. Upper case and underscores for
 * dashes cost nothing; otherwise one change in three characters, three at most, is near.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const plain = simplified(word)
  let best: string | undefined
  let bestDistance = Math.min(3, Math.max(1, Math.floor(plain.length / 3))) + 1
  for (const candidate of candidates) {
    const other = simplified(candidate)
    // Every character more is a change at least, and words may be as long as a file.
    if (Math.abs(other.length - plain.length) >= bestDistance) continue
    const distance = editDistance(plain, other)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `did you mean …?` for the nearest candidate, if there is one. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const candidate = nearest(word, candidates)
  return candidate === undefined ? undefined : `did you mean ${candidate}?`
}

function simplified(word: string): string {
  return word.trim().toLowerCase().replaceAll('_', '-')
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let distance = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) distance = Math.min(distance, beforePrevious[column - 2]! + 1)
      current.push(distance)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[to.length]!
}
