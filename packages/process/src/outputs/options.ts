import type { Option } from '@haproxystats/core'

/** What every output has that snapshots wait for. */
export const outputOptions = {
  backlog: {
    kind: 'integer',
    min: 1,
    example: '100',
    since: '1.0.0',
    summary:
      'How many snapshots may wait for this output; unset: as many as queue-size of [pull] has room for. Beyond that this output alone loses snapshots, which are counted and logged; others are not affected, and pulling goes on.',
  },
  'backlog-full': {
    kind: 'choice',
    choices: ['drop-newest', 'drop-oldest'],
    example: 'drop-oldest',
    since: '1.0.0',
    summary:
      'Which snapshot this output loses when its backlog is full: the newest or the oldest. Unset: the newest with queue-full = suspend in [pull], else the oldest.',
  },
  incomplete: {
    kind: 'choice',
    choices: ['discard', 'deliver'],
    example: 'deliver',
    since: '1.0.0',
    summary:
      'What becomes of a snapshot at this output when a source did not answer: discard leaves it out, so that no sum is over fewer processes than there are; deliver takes what there is, with haproxystats.Complete 0. Unset: discard with on-failure = discard in [pull], else deliver. [http] always shows what there is, and names what is missing.',
  },
} as const satisfies Readonly<Record<string, Option>>
