import type { ProgramDefinition } from '@haproxystats/core/program'
import { outputProblems, secretWarnings, surroundingProblems } from './check.ts'
import { processSnapshots } from './process-snapshots.ts'
import { changesSincePython } from './upgrade.ts'

/** haproxystats-process, as `runProgram` runs it. */
export const program: ProgramDefinition = {
  name: 'haproxystats-process',
  summary: 'Turns queued snapshots of HAProxy statistics into datapoints and delivers them.',
  sections: [
    'DEFAULT',
    'paths',
    'process',
    'graphite',
    'frontend-groups',
    'backend-groups',
    'server-groups',
    'local-store',
    'http',
  ],
  directoryOption: true,
  check: async (configuration, { starting, reading }) => [
    ...(starting ? outputProblems(configuration, reading) : []),
    ...(await surroundingProblems(configuration)),
  ],
  warnings: (configuration, { starting, reading }) => [
    ...(starting ? [] : outputProblems(configuration, reading)),
    ...secretWarnings(configuration),
  ],
  notes: changesSincePython,
  run: processSnapshots,
}
