import type { Facts } from '../types/route.ts'
import { type Problem, severities } from './problem.ts'
import { processRules } from './process-rules.ts'
import { programRules } from './program-rules.ts'
import { rowRules } from './row-rules.ts'
import { ruleContext } from './rule-context.ts'

/** All rules, in the order of what they find within a severity. */
export const rules = [...programRules, ...processRules, ...rowRules] as const

/** What of a view only changes with the next one. */
const known = new WeakMap<object, readonly Problem[]>()

/** What an operator must know, the worst first; within a rule the newest. */
export function problemsOf(facts: Facts): readonly Problem[] {
  const ofProgram = programRules.flatMap(({ name: rule, severity, find }) =>
    [...find(facts)].map((finding) => ({ ...finding, rule, severity })),
  )
  return [...ofProgram, ...problemsOfView(facts)].sort(
    (one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity),
  )
}

function problemsOfView(facts: Facts): readonly Problem[] {
  const { view } = facts
  if (view === undefined) return []
  const before = known.get(view)
  if (before !== undefined) return before
  const context = ruleContext(facts, view)
  const problems = [...processRules, ...rowRules].flatMap(({ name: rule, severity, find }) =>
    [...find(context)]
      .map((finding) => ({ ...finding, rule, severity }))
      .sort((one, other) => (other.since ?? 0) - (one.since ?? 0)),
  )
  known.set(view, problems)
  return problems
}
