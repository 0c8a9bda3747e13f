import type { ProgramDefinition } from '@haproxystats/core/program'
import { receiverNotes, surroundingProblems } from './check.ts'
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
  check: surroundingProblems,
  notes: async (reading, configuration) => [
    ...changesSincePython(reading, configuration),
    ...(await receiverNotes(configuration)),
  ],
  run: processSnapshots,
}
