import type { ProgramDefinition } from '@haproxystats/core/program'
import { probe } from './check/probe.ts'
import { health } from './health.ts'
import { optionTable } from './option-table.ts'
import { programName, pull, pullNow } from './pull.ts'
import { surroundingProblems } from './queue/directories.ts'
import { secretWarnings } from './sources/secrets.ts'
import { notes } from './status/notes.ts'
import { sourceWarnings } from './status/source-warnings.ts'

/** haproxystats-pull, as `runProgram` runs it. */
export const program: ProgramDefinition = {
  name: programName,
  summary: 'Reads the statistics of HAProxy processes and queues them as snapshots.',
  table: optionTable,
  logging: ({ pull }) => pull,
  directoryOption: false,
  check: (configuration, { starting }) => surroundingProblems(configuration, starting),
  warnings: async (configuration, { starting }) => [
    ...secretWarnings(configuration.pull),
    // While it runs, the log says which sources cannot be read.
    ...(starting ? [] : await sourceWarnings(configuration)),
  ],
  // Nothing is owed that is not published, so nothing is lost with a draft.
  stopsWithin: 5,
  notes,
  health,
  commands: [
    {
      name: 'once',
      summary: 'take one snapshot now and stop; exit 0 if it is complete, 1 if not',
      asForRunning: true,
      run: pullNow,
    },
    {
      name: 'probe',
      summary: 'ask every source once, show what came of it and what to change, and stop; exit 0 or 1',
      asForRunning: false,
      loglevel: 'critical',
      run: probe,
    },
  ],
  run: pull,
}
