/** How a state is told apart: by colour, by shape and in words. */
export interface State {
  readonly tone: Tone
  /** Filter words that find it. */
  readonly words: readonly string[]
  /** The worse, the larger; what sorting by state goes by. */
  readonly rank: number
}

export type Tone = 'up' | 'down' | 'sinking' | 'rising' | 'paused' | 'unchecked' | 'full'

/** A shape for each tone, so that nothing is said by colour alone. */
export const glyphs: Readonly<Record<Tone, string>> = {
  up: '●',
  down: '✖',
  sinking: '◐',
  rising: '◑',
  paused: '◆',
  unchecked: '○',
  full: '▲',
}

interface StateRow extends State {
  readonly pattern: RegExp
}

/** What HAProxy writes in the field `status` (stats.c, `stats_fill_sv_stats`); the first that fits counts. */
const states: readonly StateRow[] = [
  { pattern: /^DOWN \d+\/\d+/, tone: 'rising', words: ['down', 'going', 'problem'], rank: 8 },
  { pattern: /^DOWN/, tone: 'down', words: ['down', 'problem'], rank: 9 },
  { pattern: /^STOP/, tone: 'down', words: ['stop', 'problem'], rank: 7 },
  { pattern: /^UP \d+\/\d+/, tone: 'sinking', words: ['up', 'going', 'problem'], rank: 6 },
  { pattern: /^FULL/, tone: 'full', words: ['full', 'problem'], rank: 5 },
  { pattern: /^NOLB/, tone: 'paused', words: ['nolb'], rank: 4 },
  { pattern: /^DRAIN/, tone: 'paused', words: ['drain'], rank: 3 },
  { pattern: /^(MAINT|PAUSED|WAITING)/, tone: 'paused', words: ['maint'], rank: 2 },
  { pattern: /^(UP|OPEN)/, tone: 'up', words: ['up'], rank: 0 },
]

const unchecked: State = { tone: 'unchecked', words: ['nocheck'], rank: 1 }

/** Every word that a filter takes for a state. */
export const stateWords: ReadonlySet<string> = new Set([...states, unchecked].flatMap(({ words }) => words))

export function stateOf(status: string | undefined): State {
  return states.find(({ pattern }) => status !== undefined && pattern.test(status)) ?? unchecked
}
