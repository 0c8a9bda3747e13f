import { parseArgs } from 'node:util'
import type { Extent } from './harness/context.ts'

export const usage = `npm run bench -- [options]
  --quick             small sizes and few rounds, to see that everything works
  --full              all sizes, more rounds, a backlog of 360
  --only <name>       only this measurement; may be given several times
  --rounds <n>        pairs of measurements
  --data <d>          where generated snapshots are kept for the next run; thrown away unless told
  --packages <d>      where the built packages are; packages unless told
  --json <f>          also write everything to a file
  --svg <f>           also draw the picture of the README
  --baseline          compare the ratios with those of test/bench/baseline.json
  --save-baseline     write the ratios of this run there
  --compare <d>       another directory of built packages: only compare --packages with it
  --names <a,b>       what to call the two in the table
  --list              only list the measurements
`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    data: { type: 'string' },
    packages: { type: 'string', default: 'packages' },
    json: { type: 'string' },
    svg: { type: 'string' },
    baseline: { type: 'boolean', default: false },
    'save-baseline': { type: 'boolean', default: false },
    compare: { type: 'string' },
    names: { type: 'string', default: 'before,after' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

export const options = values

export const extent: Extent = values.quick ? 'quick' : values.full ? 'full' : 'default'

const usualRounds: Readonly<Record<Extent, number>> = { quick: 2, default: 5, full: 9 }

export const rounds = Number(values.rounds ?? usualRounds[extent])

/** Seconds for one case; without a limit when somebody asks for so many rounds. */
export const patience = values.rounds === undefined ? { quick: 3, default: 10, full: 60 }[extent] : Infinity
