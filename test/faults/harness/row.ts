import type { Build, BuildName } from './build.ts'
import type { Ledger } from './ledger.ts'
import { Random } from './random.ts'
import { until } from './wait.ts'

export interface RowOptions {
  /** What the machine must permit; without it the row is not run, and the report says why. */
  readonly needs?: readonly Need[]
  /** Of a deliberately broken build: the row passes only if that build loses or falsifies something. */
  readonly broken?: BuildName
  /** The build to run when it is not the sound one and must pass all the same. */
  readonly build?: BuildName
  /** Whether the fault must make something arrive twice, or else it did not hit. */
  readonly duplicates?: true
  /** Whether what it loses is a limit that is published rather than a failure. */
  readonly notPromised?: true
  /** Whether it measures time or memory, which rows beside it would disturb. */
  readonly alone?: true
}

/** One fault, and how it is done to the programs. */
export interface Row extends RowOptions {
  readonly name: string
  /** What happens, for the report. */
  readonly fault: string
  /** How often, in the bounded run and in the long one. */
  readonly bounded: number
  readonly long: number
  run(context: RowContext): Promise<void>
}

export type Need = 'namespaces' | 'strace' | 'loop-mount' | 'haproxy' | 'carbon-c-relay' | 'carbon-cache'

/** What a row found, in the words of the report. Counts of datapoints, except `injected`, which counts faults. */
export interface Findings {
  injected: number
  expected: number
  lost: number
  wrong: number
  duplicates: number
  /** The slowest recovery: seconds from the end of a fault until a fresh snapshot had arrived. */
  recovery: number
  /** What was seen beside the numbers. */
  readonly notes: string[]
  /** What must not be, beside what is lost or wrong. */
  readonly problems: string[]
}

const noNumbers = { injected: 0, expected: 0, lost: 0, wrong: 0, duplicates: 0, recovery: 0 }

/** The settings of a run for a row. */
export interface RowSettings {
  readonly times: number
  readonly seed: number
  readonly bounded: boolean
  /** How long it may begin new rounds, in seconds; without end unless given. */
  readonly seconds?: number | undefined
  readonly directory: string
}

/** What a row is given, and where it says what it found. */
export class RowContext {
  readonly times: number
  readonly bounded: boolean
  /** How many rounds are over. */
  done = 0
  readonly directory: string
  readonly build: Build
  readonly random: Random
  readonly #end: number
  readonly findings: Findings = { ...noNumbers, notes: [], problems: [] }

  constructor(given: RowSettings & { readonly build: Build }) {
    this.times = given.times
    this.bounded = given.bounded
    this.#end = performance.now() + 1000 * (given.seconds ?? Number.POSITIVE_INFINITY)
    this.directory = given.directory
    this.build = given.build
    this.random = new Random(given.seed)
  }

  /** Numbers the times from 0 on; ends before all when the row has no time left, and says so. */
  *rounds(): Generator<number> {
    for (; this.done < this.times; this.done++) {
      if (performance.now() > this.#end) {
        this.note(`its time was up after ${this.done} of ${this.times}`)
        return
      }
      yield this.done
    }
  }

  injected(count = 1): void {
    this.findings.injected += count
  }

  recovered(seconds: number): void {
    this.findings.recovery = Math.max(this.findings.recovery, seconds)
  }

  note(text: string): void {
    this.findings.notes.push(text)
  }

  /** Waits until something holds; a problem where it does not within the time. */
  async waitFor(what: string, look: () => unknown, seconds?: number): Promise<void> {
    try {
      await until(what, async () => Boolean(await look()), seconds)
    } catch (error) {
      this.problem((error as Error).message)
    }
  }

  /** Something that must not be. At most 20 are kept. */
  problem(text: string): void {
    if (this.findings.problems.length < 20) this.findings.problems.push(text)
  }

  /** Adds up what a ledger knows at the end. */
  count(ledger: Ledger): void {
    const { findings } = this
    findings.expected += ledger.expectedDatapoints
    findings.duplicates += ledger.duplicates
    findings.wrong += ledger.wrong
    findings.lost += ledger.lost().datapoints
    for (const text of ledger.complaints) this.problem(text)
  }
}
