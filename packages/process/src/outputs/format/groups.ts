import { createContext, Script } from 'node:vm'
import type { GroupPattern } from '@haproxystats/core'
import { StatsError } from '@haproxystats/core/snapshot'
import type { GroupSection } from '../../types/table.ts'

/** How long the patterns of a section may take for all new names of a table, in seconds: they take milliseconds. */
const longest = 2

/** More than ever are at a time: names that come and go are not kept for ever. */
const mostNames = 100_000

/** The groups of objects, found by the patterns of `*-groups` and kept. */
export class Groups {
  readonly #patterns: Readonly<Record<GroupSection, readonly GroupPattern[]>>
  readonly #known: Readonly<Record<GroupSection, Map<string, string | undefined>>>

  constructor(patterns: Readonly<Record<GroupSection, readonly GroupPattern[]>>) {
    this.#patterns = patterns
    this.#known = { 'frontend-groups': new Map(), 'backend-groups': new Map(), 'server-groups': new Map() }
  }

  /**
   * The group of a name, by the first pattern that matches. When it is not known yet, those of `others` are found with it: what
   * ends a pattern that never ends costs a tenth of a millisecond each time.
   *
   * @throws CONFIGURATION when a pattern takes too long, naming it.
   */
  of(section: GroupSection, name: string, others: () => readonly string[]): string | undefined {
    const known = this.#known[section]
    if (!known.has(name)) {
      if (known.size > mostNames) known.clear()
      const names = new Set([name, ...others()].filter((one) => !known.has(one)))
      this.#find(section, names)
    }
    return known.get(name)
  }

  #find(section: GroupSection, names: ReadonlySet<string>): void {
    const known = this.#known[section]
    const slow = slowMatch(this.#patterns[section], names, longest, (name, group) => known.set(name, group?.name))
    if (slow === undefined) return
    const { pattern, name } = slow
    const subject = `[${section}] ${pattern.name} = ${pattern.pattern.source}`
    const todo = 'mend it, repetition within repetition as in (a+)+ takes for ever'
    throw new StatsError('CONFIGURATION', `${subject}: takes longer than ${longest} s for the name ${name}; ${todo}`)
  }
}

/** A pattern that had not ended when its time was up, and the name it was matched against. */
export interface SlowMatch {
  readonly pattern: GroupPattern
  readonly name: string
}

/**
 * Gives `onFound` the first pattern that matches each name. Ends after so many `seconds` even within a pattern that takes for
 * ever, and returns that then.
 */
export function slowMatch(
  patterns: readonly GroupPattern[],
  names: Iterable<string>,
  seconds: number,
  onFound: (name: string, pattern: GroupPattern | undefined) => void = () => undefined,
): SlowMatch | undefined {
  let last: SlowMatch | undefined
  const matchAll = () => {
    for (const name of names) {
      const found = patterns.find((pattern) => {
        last = { pattern, name }
        return pattern.pattern.test(name)
      })
      onFound(name, found)
    }
  }
  try {
    // Nothing else ends a regular expression within a thread that goes on afterwards.
    new Script('matchAll()').runInContext(createContext({ matchAll }), { timeout: seconds * 1000 })
    return undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return last
    throw error
  }
}
