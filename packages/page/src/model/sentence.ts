import type { Overview, Problem, Severity } from '../api/responses.ts'
import { duration, moment, plural } from './format.ts'
import type { countRows } from './list.ts'

export type Mood = 'well' | 'warning' | 'critical' | 'unknown'

export interface Sentence {
  readonly mood: Mood
  readonly text: string
}

const ranks: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 }

/** The most severe first; of the same severity the newest. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => ranks[a.severity] - ranks[b.severity] || (b.since ?? 0) - (a.since ?? 0))
}

/** "since 10:32 (5m)" */
export function sincePhrase(since: number | null, now: number): string {
  return since === null ? '' : `since ${moment(since, now)} (${duration(now - since)})`
}

/** The overall state in one sentence. */
export function sentenceOf(overview: Overview | undefined, counts: ReturnType<typeof countRows>): Sentence {
  if (overview === undefined) return { mood: 'unknown', text: 'Connecting to haproxystats-process…' }
  if (overview.snapshot === null) return { mood: 'unknown', text: 'Waiting for the first snapshot.' }
  const wrong = overview.problems.filter(({ severity }) => severity !== 'info')
  const { critical, warning } = overview.problemCounts
  if (wrong.length === 0) return { mood: 'well', text: `All is well: ${inventory(overview, counts)}.` }
  const mood = critical > 0 ? 'critical' : 'warning'
  const begun = wrong.map(({ since }) => since).filter((since) => since !== null)
  const oldest = begun.length === 0 ? '' : `, ${sincePhrase(Math.min(...begun), overview.now)}`
  if (critical + warning === 1) return { mood, text: `${capitalised(wrong[0]!.title)}${oldest}.` }
  const numbers = [
    ...(critical > 0 ? [plural(critical, 'critical problem')] : []),
    ...(warning > 0 ? [plural(warning, 'warning')] : []),
  ]
  return { mood, text: `${numbers.join(' and ')}${oldest.replace('since', 'the oldest since')}.` }
}

const capitalised = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`

function inventory({ sources }: Overview, { frontend, backend, server }: ReturnType<typeof countRows>): string {
  const parts = [
    plural(sources.length, 'process'),
    plural(frontend, 'frontend'),
    plural(backend, 'backend'),
    plural(server, 'server'),
  ]
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** The changes of the problems, for screen readers; empty without changes. */
export function changesOf(before: readonly Problem[], after: readonly Problem[]): string {
  const name = ({ key, title }: Problem) => `${key}\n${title}`
  const [old, now] = [new Set(before.map(name)), new Set(after.map(name))]
  const begun = after.filter((problem) => problem.severity !== 'info' && !old.has(name(problem)))
  const ended = before.filter((problem) => problem.severity !== 'info' && !now.has(name(problem)))
  return [...listed('New', begun), ...listed('Resolved', ended)].join(' ')
}

function listed(what: string, problems: readonly Problem[]): readonly string[] {
  if (problems.length === 0) return []
  const named = problems.slice(0, 3).map(({ title }) => title)
  const more = problems.length > 3 ? [`and ${problems.length - 3} more`] : []
  return [`${what}: ${[...named, ...more].join(', ')}.`]
}
