import { type Option, option } from '@haproxystats/core'

/** What every output has that snapshots wait for. */
export const outputOptions = {
  backlog: option.integer(
    'Maximum number of snapshots that wait for this output; unset: as many as fit into the queue-size of [pull]. Beyond that, this output loses snapshots, which are counted and logged. Other outputs and pulling are not affected.',
    { min: 1, example: '100', since: '1.0.0' },
  ),
  'backlog-full': option.choice('Which snapshot this output loses when its backlog is full: the newest or the oldest. Unset: the newest with queue-full = suspend in [pull], otherwise the oldest.', {
    choices: ['drop-newest', 'drop-oldest'],
    example: 'drop-oldest',
    since: '1.0.0',
  }),
  incomplete: option.choice(
    'What this output does with a snapshot in which a source did not answer: discard skips it, so that no total covers fewer processes than there are; deliver sends what there is, with haproxystats.Complete 0. Unset: discard with on-failure = discard in [pull], otherwise deliver. [http] always shows what there is, and names what is missing.',
    { choices: ['discard', 'deliver'], example: 'deliver', since: '1.0.0' },
  ),
} as const satisfies Readonly<Record<string, Option>>
