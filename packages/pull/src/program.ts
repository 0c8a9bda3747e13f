import type { ProgramDefinition } from '@haproxystats/core/program'
import { notes } from './check/notes.ts'
import { probe } from './check/probe.ts'
import { sourceWarnings } from './check/source-warnings.ts'
import { surroundingProblems } from './check/surroundings.ts'
import { health } from './health.ts'
import { optionTable } from './option-table.ts'
import { programName, pull, pullNow } from './pull.ts'
import { secretWarnings } from './sources/secrets.ts'

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
    // While the program runs, it logs which sources cannot be read.
    ...(starting ? [] : await sourceWarnings(configuration)),
  ],
  // An unfinished snapshot may be lost: only what is published will be delivered.
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
      summary: 'query every source once, print the results and what to change, and stop; exit 0 or 1',
      asForRunning: false,
      loglevel: 'critical',
      run: probe,
    },
  ],
  run: pull,
}
