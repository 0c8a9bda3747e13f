import { editDistance } from '@haproxystats/core'

/** More names than this are no help. */
const most = 5

/** A longer word is no typing error, and comparing it takes long. */
const longestWord = 100

/** The names that may have been meant, nearest first: names that hold the word, or that differ in few letters. */
export function nearestNames(word: string, names: Iterable<string>): string[] {
  const wanted = word.toLowerCase()
  if (wanted === '' || wanted.length > longestWord) return []
  const near = [...new Set(names)].flatMap((name) => {
    const distance = distanceTo(wanted, name.toLowerCase())
    return distance === undefined ? [] : [{ name, distance }]
  })
  near.sort((one, other) => one.distance - other.distance || (one.name < other.name ? -1 : 1))
  return near.slice(0, most).map(({ name }) => name)
}

function distanceTo(wanted: string, name: string): number | undefined {
  const bearable = Math.max(1, Math.floor(wanted.length / 3))
  if (Math.abs(name.length - wanted.length) <= bearable) {
    const distance = editDistance(wanted, name)
    if (distance <= bearable) return distance
  }
  return name.includes(wanted) || (name.length > 1 && wanted.includes(name))
    ? Math.abs(name.length - wanted.length) + 1
    : undefined
}
