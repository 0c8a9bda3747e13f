import type { View } from '../live/view.ts'
import type { Facts } from '../types/facts.ts'
import { type Problem, type Rule, severities } from './problem.ts'
import { processRules } from './process-rules.ts'
import { programRules } from './program-rules.ts'
import { rowRules } from './row-rules.ts'
import { ruleContext } from './rule-context.ts'

/** All rules, in the order of what they find within a severity. */
export const rules = [...programRules, ...processRules, ...rowRules] as const

/** Problems of a view change only with the next view. */
const known = new WeakMap<View, readonly Problem[]>()

/** What an operator must know, the worst first; within a rule the newest. */
export function findProblems(facts: Facts): readonly Problem[] {
  const { view } = facts
  const ofProgram = programRules.flatMap((one) => find(one, facts))
  const ofView = view === undefined ? [] : (known.get(view) ?? findInView(facts, view))
  return [...ofProgram, ...ofView].sort(
    (one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity),
  )
}

function findInView(facts: Facts, view: View): readonly Problem[] {
  const context = ruleContext(facts, view)
  const problems = [...processRules, ...rowRules].flatMap((one) =>
    find(one, context).sort((problem, other) => (other.since ?? 0) - (problem.since ?? 0)),
  )
  known.set(view, problems)
  return problems
}

function find<Of>({ name: rule, severity, find: findings }: Rule<Of>, of: Of): Problem[] {
  return Array.from(findings(of), (finding) => ({ ...finding, rule, severity }))
}
