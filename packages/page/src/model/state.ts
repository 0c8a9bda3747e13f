import { parseStatus, type StatusWord } from '@haproxystats/haproxy/status'

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

const up: State = { tone: 'up', words: ['up'], rank: 0 }
const unchecked: State = { tone: 'unchecked', words: ['nocheck'], rank: 1 }
const maintenance: State = { tone: 'paused', words: ['maint'], rank: 2 }

const stateByWord: Readonly<Record<StatusWord, State>> = {
  'no check': unchecked,
  UP: up,
  OPEN: up,
  other: unchecked,
  WAITING: maintenance,
  FULL: { tone: 'full', words: ['full', 'problem'], rank: 5 },
  DRAIN: { tone: 'paused', words: ['drain'], rank: 3 },
  NOLB: { tone: 'paused', words: ['nolb'], rank: 4 },
  PAUSED: maintenance,
  MAINT: maintenance,
  STOP: { tone: 'down', words: ['stop', 'problem'], rank: 7 },
  DOWN: { tone: 'down', words: ['down', 'problem'], rank: 9 },
}

/** While health checks are about to change it. */
const changingState: Partial<Record<StatusWord, State>> = {
  UP: { tone: 'sinking', words: ['up', 'going', 'problem'], rank: 6 },
  DOWN: { tone: 'rising', words: ['down', 'going', 'problem'], rank: 8 },
}

/** Every word that a filter takes for a state. */
export const stateWords: ReadonlySet<string> = new Set(
  [...Object.values(stateByWord), ...Object.values(changingState)].flatMap(({ words }) => words),
)

export function stateOf(status: string | undefined): State {
  const { word, changing } = parseStatus(status ?? '')
  return (changing && changingState[word]) || stateByWord[word]
}
