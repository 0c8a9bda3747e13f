import type { RuleContext } from './rule-context.ts'

/** From the worst to the least. */
export const severities = ['critical', 'warning', 'info'] as const
export type Severity = (typeof severities)[number]

/** What a rule has found about one thing. */
export interface Finding {
  /** The row or process it is about, or a word for what is no row. */
  readonly key: string
  /** One short sentence for a reader who has no context, and the numbers behind it. */
  readonly title: string
  readonly detail: string
  /** Seconds since the epoch; absent where it is not known. */
  readonly since?: number | undefined
}

/** One thing that an operator must know, found in `Of`. */
export interface Rule<Of = RuleContext> {
  readonly name: string
  readonly severity: Severity
  /** When it is a problem. */
  readonly summary: string
  readonly find: (of: Of) => Iterable<Finding>
}

export function rule<Of>(name: string, severity: Severity, summary: string, find: Rule<Of>['find']): Rule<Of> {
  return { name, severity, summary, find }
}

export interface Problem extends Finding {
  readonly severity: Severity
  /** The name of its rule. */
  readonly rule: string
}
