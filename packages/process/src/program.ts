import type { ProgramDefinition } from '@haproxystats/core/program'
import { outputNotes, outputProblems, surroundingProblems } from './check.ts'
import { health } from './health.ts'
import { secretWarnings } from './http/check.ts'
import { optionTable } from './option-table.ts'
import { processSnapshots } from './process-snapshots.ts'
import { requeueAll } from './queue/requeue.ts'
import { changesSincePython } from './upgrade.ts'

/** haproxystats-process, as `runProgram` runs it. */
export const program: ProgramDefinition = {
  name: 'haproxystats-process',
  summary: 'Turns queued snapshots of HAProxy statistics into datapoints and delivers them.',
  table: optionTable,
  logging: ({ process }) => process,
  directoryOption: true,
  check: async (configuration, { starting, reading }) => [
    ...(starting ? outputProblems(configuration, reading) : []),
    ...(await surroundingProblems(configuration, starting)),
  ],
  warnings: (configuration, { starting, reading }) => [
    ...(starting ? [] : outputProblems(configuration, reading)),
    ...secretWarnings(configuration),
  ],
  notes: async (reading, configuration) => [
    ...changesSincePython(reading, configuration),
    ...(await outputNotes(configuration)),
  ],
  health,
  commands: [
    {
      name: 'requeue',
      summary:
        'move the snapshots in quarantine back into the queue, to be tried again, and stop; exit 0 if none is left there, 1 if one is; may be used while the program runs',
      asForRunning: false,
      loglevel: 'critical',
      run: requeueAll,
    },
  ],
  run: processSnapshots,
}
