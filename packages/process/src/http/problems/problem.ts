import type { RuleContext } from './rule-context.ts'

/** From the worst to the least. */
export const severities = ['critical', 'warning', 'info'] as const
export type Severity = (typeof severities)[number]

/** What a rule has found, of one thing. */
export interface Finding {
  /** The row or process it is about, or a word for what is no row. */
  readonly key: string
  /** One short sentence for who looks for the first time, and the numbers behind it. */
  readonly title: string
  readonly detail: string
  /** Seconds since the epoch; absent where nobody knows. */
  readonly since?: number | undefined
}

/** One thing that an operator must know. */
export interface Rule {
  readonly name: string
  readonly severity: Severity
  /** When it speaks up. */
  readonly summary: string
  find(context: RuleContext): Iterable<Finding>
}

export interface Problem extends Finding {
  readonly severity: Severity
  /** The name of its rule. */
  readonly rule: string
}
