import type { Count } from '@haproxystats/haproxy'
import { peakCounters } from '@haproxystats/haproxy'
import { describe, expect, it } from 'vitest'
import { type Asked, countersBy, countOf, outcomeOf } from '../../../../test/support/outcomes.ts'
import type { SourceResult } from '../sources/source.ts'
import { CounterOffsets } from './counter-offsets.ts'
import { parseOffsets } from './parse-offsets.ts'
import { renderOffsets } from './render-offsets.ts'

const server = '2\tapp\tone'

/** A process at a place that says so many failed checks of its server. */
const at = (place: string, pid: number, chkfail: Count, more: Partial<Asked> = {}): SourceResult =>
  outcomeOf({ text: place, pid, started: pid, ...more, counters: countersBy({}, { [server]: { chkfail } }) })

const worker = (pid: number, chkfail: Count) => at('master:///m', pid, chkfail, { worker: pid })
const failed = (place: string, pid: number) => outcomeOf({ text: place, pid, outcome: 'failed' })

/** The maximum that is served after each pull; between two, the program is started anew. */
function served(pulls: readonly (readonly SourceResult[])[]): number[] {
  let offsets = new CounterOffsets()
  return pulls.map((outcomes, index) => {
    offsets = new CounterOffsets(parseOffsets(Buffer.concat(renderOffsets(offsets.state))))
    // A process with the number 30 was started at 30, after the third pull.
    const { peaks } = offsets.update(outcomes, 10 * (index + 1))
    const told = outcomes.map((outcome) =>
      outcome.outcome === 'answered' ? countOf(outcome.counters?.objects.get(server), 'chkfail') : 0,
    )
    return Math.max(...told, Number(peaks.get(server)?.[peakCounters.indexOf('chkfail')] ?? 0))
  })
}

describe('the maximum over processes of what each counts for itself', () => {
  it.each<[string, SourceResult[][], number[]]>([
    ['is that of the process with most of it', [[at('a', 1, 2), at('b', 1, 3)]], [3]],
    ['goes on when a process is restarted', [[at('a', 1, 19)], [at('a', 15, 2)], [at('a', 15, 5)]], [19, 21, 24]],
    [
      'does not count restarts that another process did not have',
      [
        [at('a', 1, 2), at('b', 1, 2)],
        [at('a', 15, 0), at('b', 1, 2)],
        [at('a', 25, 0), at('b', 1, 2)],
        [at('a', 25, 1), at('b', 1, 3)],
        [at('a', 25, 1), at('b', 45, 0)],
        [at('a', 25, 3), at('b', 45, 2)],
      ],
      [2, 2, 2, 3, 3, 5],
    ],
    [
      'does not count an outage twice that the old worker and the new one see',
      [
        [worker(1, 19)],
        [worker(1, 21), worker(15, 2)],
        [worker(1, 24), worker(15, 5)],
        [worker(15, 5)],
        [worker(15, 7)],
      ],
      [19, 21, 24, 24, 26],
    ],
    [
      'is that of two that answer in turn',
      [[at('a', 1, 19)], [at('a', 2, 12)], [at('a', 1, 20)], [at('a', 2, 13)], [at('a', 1, 20)]],
      [19, 19, 20, 20, 20],
    ],
    ['goes on when counters are cleared', [[at('a', 1, 19)], [at('a', 1, 2)], [at('a', 1, 3)]], [19, 21, 22]],
    [
      'stays while the process with most of it does not answer',
      [
        [at('a', 1, 19), at('b', 1, 12)],
        [failed('a', 1), at('b', 1, 13)],
        [at('a', 1, 20), at('b', 1, 13)],
      ],
      [19, 19, 20],
    ],
    [
      'stays when the process with most of it is there no more',
      [[at('a', 1, 19), at('b', 1, 12)], [at('b', 1, 13)], [at('b', 1, 20)]],
      [19, 19, 20],
    ],
    [
      'does not double what a process began with',
      [
        [at('a', 1, 19, { version: '3.0.0' })],
        [
          outcomeOf({
            ...{ text: 'a', version: '3.0.0', pid: 15, started: 15, uptime: 2 },
            counters: countersBy({ CumConns: 3 }, { '0\tw\tFRONTEND': { stot: 90 }, [server]: { chkfail: 19 } }),
          }),
        ],
      ],
      [19, 19],
    ],
  ])('%s', (_, pulls, expected) => {
    expect(served(pulls)).toEqual(expected)
  })

  it('stays when there are more places than are kept apart', () => {
    const pulls = [...Array(20).keys()].map((index) => [at(`p${index}`, 1, 20 - index), at('z', 1, 0)])
    const restarted = pulls.map((_, index) => [at(`p${index}`, 1000, 0), at('z', 1, 0)])
    const all = served([...pulls, ...restarted])
    expect(all.every((count) => count === 20)).toBe(true)
  })
})
