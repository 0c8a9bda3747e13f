import { parseArgs } from 'node:util'
import type { Extent } from './context.ts'

export const usage = `npm run bench -- [options]
  --quick             small sizes and few rounds, to see that everything works
  --full              all sizes, more rounds, a backlog of 360 snapshots
  --only <name>       only this measurement; may be given several times
  --rounds <n>        pairs of measurements
  --data <d>          where generated snapshots are kept for the next run; default: a temporary directory
  --packages <d>      the directory of the built packages; default: packages
  --json <f>          also write all results to a file
  --from <f>          measure nothing; read results that --json wrote
  --write <f>         write the figures of the documentation, as Markdown
  --baseline <f>      compare the ratios with those of results that --json wrote
  --compare <d>       another directory of built packages: only compare --packages with it
  --names <a,b>       names of the two builds in the table
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
    from: { type: 'string' },
    write: { type: 'string' },
    baseline: { type: 'string' },
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

/** Seconds after which one case begins no further round; without a limit when --rounds is given. */
export const patience = values.rounds === undefined ? { quick: 3, default: 10, full: 60 }[extent] : Infinity
