import type { Merge } from '@haproxystats/haproxy/read'
import type { ObjectKind } from './kinds.ts'

/**
 * A field merged in another way than under its own name, for those who list it: what is right over processes beside what
 * haproxystats 0.5.2 sent, so that existing graphs go on.
 */
export interface Variant {
  readonly name: string
  readonly field: string
  readonly kinds: readonly ObjectKind[]
  readonly merge: Merge
  /** For `weighted-mean`: the field that weighs. */
  readonly weight?: string
  readonly unit: string
  readonly summary: string
}

const weighted = (field: string, of: string): Variant => ({
  name: `${field}_weighted`,
  field,
  kinds: ['backend', 'server'],
  merge: 'weighted-mean',
  weight: 'stot',
  unit: 'ms',
  summary: `${of}, weighted by the sessions of each process, so that an idle process does not count as much as a busy one.`,
})

const worst = (field: string, kinds: readonly ObjectKind[], unit: string, summary: string): Variant => ({
  name: `${field}_max`,
  field,
  kinds,
  merge: 'max',
  unit,
  summary,
})

export const variants: readonly Variant[] = [
  weighted('qtime', 'The mean time in the queue'),
  weighted('ctime', 'The mean time to connect'),
  weighted('rtime', 'The mean time to the response'),
  weighted('ttime', 'The mean time of a session'),
  worst('chkfail', ['server'], 'count', 'Failed checks as the process with most of them counts: each checks for itself.'),
  worst('chkdown', ['backend', 'server'], 'count', 'Transitions to down as the process with most of them counts.'),
  worst('downtime', ['backend', 'server'], 'seconds', 'Time down as the process with most of it counts.'),
]
