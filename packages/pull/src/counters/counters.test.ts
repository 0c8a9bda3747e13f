import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@haproxystats/core/program'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { type Asked, countersBy, outcomeOf } from '../../../../test/support/outcomes.ts'
import type { SnapshotDraft } from '../write/publish.ts'
import { openCounters } from './counters.ts'

let base = ''
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'counters-'))
})
afterEach(() => rm(base, { recursive: true }))

const web = { stot: 40, bin: 400, bout: 4000, h1req: 40 }

/** A worker that has counted so much of what `www` tells. */
function worker(pid: number, own: number, more: Partial<Asked> = {}) {
  const counters = countersBy({ CumReq: own, CumConns: own }, { '0\twww\tFRONTEND': web })
  const facts = { version: '3.4.0', pid, started: pid, uptime: 100 - pid }
  return outcomeOf({ text: 'master:///m', worker: pid, ...facts, counters, ...more })
}

/** What is written into three snapshots: of one worker, of two that tell the same, and of the newer one alone. */
async function writtenWith(sections: string) {
  const { write, counting } = await openCounters(
    parseConfiguration(`[paths]\nbase-dir = ${base}\n${sections}`),
    silentLogger(),
  )
  const snapshots: string[][] = []
  const pulls = [[worker(1, 40)], [worker(1, 40), worker(2, 0)], [worker(3, 40, { version: '2.6' })]]
  for (const [slot, outcomes] of pulls.entries()) {
    const files: string[] = []
    const answer = (source: string) => ({
      write: (part: string, bytes: Buffer) => files.push(`${source}_${part}: ${bytes.toString().split('\n')[1]}`),
    })
    await write({ answer } as unknown as SnapshotDraft, outcomes, slot)
    snapshots.push(files)
  }
  return { snapshots, counting, kept: await readdir(base) }
}

describe('what is added to snapshots', () => {
  const twice = expect.stringMatching(/^_twice_stat: www,FRONTEND,0,-40,-400,-4000,/)
  const carried = [
    expect.stringMatching(/^_carried_info: /),
    expect.stringMatching(/^_carried_stat: www,FRONTEND,0,40,/),
  ]

  it('is what two workers tell when counters are raw, and nothing is kept', async () => {
    expect(await writtenWith('')).toEqual({ snapshots: [[], [twice], []], counting: false, kept: [] })
  })

  it.each(['[pull]\ncounters = monotonic', '[http]'])(
    'is what ended workers had counted, too, with %j',
    async (sections) => {
      expect(await writtenWith(sections)).toEqual({
        snapshots: [[], [twice], carried],
        counting: true,
        kept: ['haproxystats-pull.counters'],
      })
    },
  )
})
