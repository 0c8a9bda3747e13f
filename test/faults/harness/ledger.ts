import { root, type Shape } from './shape.ts'

const ownTimes = /^[0-9]+(\.[0-9]+)?$/
const timestampText = /^[1-9][0-9]{0,11}$/

/** What is expected and what has arrived. The only judge of a row's datapoints. */
export class Ledger {
  readonly #shape: Shape
  readonly #expected = new Set<number>()
  readonly #arrived = new Map<number, Uint32Array>()
  readonly #issued: ((time: number) => boolean) | undefined
  /** The first few things that should not have arrived. */
  readonly complaints: string[] = []
  wrong = 0
  duplicates = 0
  /** Timestamps of what was wrong. */
  readonly wrongTimes: number[] = []
  /** Snapshots whose first datapoint came after one of a younger snapshot. */
  disordered = 0
  #youngest = 0

  /** `issued`: which timestamps may arrive; default: all. */
  constructor(shape: Shape, issued?: (time: number) => boolean) {
    this.#shape = shape
    this.#issued = issued
  }

  /** A snapshot is in the queue: all of its datapoints have to arrive. */
  expect(time: number): void {
    this.#expected.add(time)
  }

  /** It need not arrive any more, because its loss is configured. */
  excuse(time: number): void {
    this.#expected.delete(time)
  }

  get expected(): ReadonlySet<number> {
    return this.#expected
  }

  get expectedDatapoints(): number {
    return this.#expected.size * this.#shape.paths.length
  }

  /** Timestamps of which anything has arrived. */
  get times(): number[] {
    return [...this.#arrived.keys()]
  }

  /** One line without its line feed, as it arrived. */
  arrive(line: string): void {
    const complaint = this.#judge(line)
    if (complaint === undefined) return
    this.wrong++
    this.wrongTimes.push(Number(line.slice(line.lastIndexOf(' ') + 1)))
    if (this.complaints.length < 5) this.complaints.push(`arrived: ${shown(line)}, which ${complaint}`)
  }

  /** Counts a line, or says what is wrong with it. */
  #judge(line: string): string | undefined {
    const [path = '', value = '', timestamp = '', ...more] = line.split(' ')
    if (more.length > 0 || !timestampText.test(timestamp)) return 'is no line of the protocol'
    const time = Number(timestamp)
    if (this.#issued !== undefined && !this.#issued(time)) return 'has a time that no snapshot has'
    const index = this.#shape.indexOf(path)
    if (index === undefined) return judgeOwn(path, value)
    const expected = this.#shape.valueOf(index, time)
    if (value !== String(expected)) return `should be ${expected}`
    this.#count(time, index)
    return undefined
  }

  /** Whether all of a snapshot has arrived. */
  has(time: number): boolean {
    return this.#arrived.get(time)?.every((count) => count > 0) ?? false
  }

  /** What is expected and has not arrived. */
  lost(): { datapoints: number; snapshots: number[] } {
    let datapoints = 0
    const snapshots: number[] = []
    for (const time of this.#expected) {
      const missing = this.missing(time)
      if (missing === 0) continue
      datapoints += missing
      snapshots.push(time)
    }
    return { datapoints, snapshots }
  }

  /** How many datapoints of a snapshot have not arrived. */
  missing(time: number): number {
    const counts = this.#arrived.get(time)
    return counts === undefined ? this.#shape.paths.length : counts.filter((count) => count === 0).length
  }

  #count(time: number, index: number): void {
    let counts = this.#arrived.get(time)
    if (counts === undefined) {
      counts = new Uint32Array(this.#shape.paths.length)
      this.#arrived.set(time, counts)
      if (time < this.#youngest) this.disordered++
      this.#youngest = Math.max(this.#youngest, time)
    }
    if ((counts[index] as number) > 0) this.duplicates++
    counts[index] = (counts[index] as number) + 1
  }
}

const shown = (line: string) => JSON.stringify(line.slice(0, 300))

/** The values of haproxystats' own metrics are not predictable. */
function judgeOwn(path: string, value: string): string | undefined {
  if (!path.startsWith(`${root}.haproxystats.`)) return 'has a path that no snapshot has'
  return ownTimes.test(value) ? undefined : 'has no number'
}
