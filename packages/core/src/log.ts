import type { pino } from 'pino'

/** What the parts of a program log to. */
export type Logger = pino.Logger

type Fields = Readonly<Record<string, unknown>>

/** What conditions are logged to: the logger of a program, or what passes messages on to it. */
export type ConditionLog = Readonly<
  Record<'debug' | 'info' | 'warn' | 'error', (fields: Readonly<Record<string, unknown>>, text: string) => void>
>

/** Something that is not as it should be, and may last. */
export interface Condition {
  readonly level: 'warn' | 'error'
  /** Tells one reason from another, such as an error's code; figures in the text may differ for one kind. */
  readonly kind?: string
  readonly fields?: Fields
  readonly text: string
}

/** The conditions that last now, by key. One is logged when it begins and when it ends, and counted in between. */
export interface Conditions {
  /** Logs a condition that is new under this key, or of another kind than before; else counts it, at debug. */
  begin(key: string, condition: Condition): void
  /** Logs that the condition under this key is over, with the number of times it was met; nothing if there was none. */
  end(key: string, text: string | ((times: number) => string), fields?: Fields): void
  /** The keys of all present conditions that begin with `prefix`. */
  keys(prefix: string): string[]
  /** The kind of the present condition under this key; `undefined` when there is none. */
  kind(key: string): string | undefined
}

export function createConditions(log: ConditionLog): Conditions {
  const present = new Map<string, { kind: string; times: number }>()
  return {
    begin(key, { level, kind = key, fields, text }) {
      const known = present.get(key)
      const times = (known?.times ?? 0) + 1
      present.set(key, { kind, times })
      if (known?.kind !== kind) log[level]({ ...fields }, text)
      else log.debug({ ...fields, times }, text)
    },
    end(key, text, fields) {
      const known = present.get(key)
      if (known === undefined) return
      present.delete(key)
      log.info({ ...fields, times: known.times }, typeof text === 'string' ? text : text(known.times))
    },
    keys: (prefix) => [...present.keys()].filter((key) => key.startsWith(prefix)),
    kind: (key) => present.get(key)?.kind,
  }
}

/** A log for what passes on no more than a severity and a text, such as messages between threads; nothing at debug. */
export function textLog(send: (severity: 'info' | 'warn' | 'error', text: string) => void): ConditionLog {
  return {
    debug: () => undefined,
    info: (_, text) => send('info', text),
    warn: (_, text) => send('warn', text),
    error: (_, text) => send('error', text),
  }
}

/** What came of everything since the last look. */
export interface RoutineSummary {
  readonly times: number
  /** Of whatever is counted beside: bytes, say. */
  readonly amount: number
  /** The longest that one took, in seconds. */
  readonly slowest: number
  /** `in the last 61 s`; empty at the first time. */
  readonly span: string
}

/** So long is summed up, in seconds. */
const period = 60

/**
 * Sums up what happens over and over and well, so that a log need not have a line for each. The first time comes by
 * itself, at once, so that the start of a program shows in its log.
 */
export class Routine {
  #begun: number | undefined
  #times = 0
  #amount = 0
  #slowest = 0

  /** Counts one, and returns the summary when it is time for one. */
  add(amount: number, seconds: number, now = performance.now() / 1000): RoutineSummary | undefined {
    this.#times++
    this.#amount += amount
    this.#slowest = Math.max(this.#slowest, seconds)
    const passed = this.#begun === undefined ? undefined : now - this.#begun
    if (passed !== undefined && passed < period) return undefined
    const span = passed === undefined ? '' : ` in the last ${Math.round(passed)} s`
    const summary = { times: this.#times, amount: this.#amount, slowest: this.#slowest, span }
    this.#begun = now
    this.#times = this.#amount = this.#slowest = 0
    return summary
  }
}
