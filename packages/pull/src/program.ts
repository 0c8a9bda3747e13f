import type { ProgramDefinition } from '@haproxystats/core/program'
import { surroundingProblems } from './directories.ts'
import { programName, pull } from './pull.ts'

/** haproxystats-pull, as `runProgram` runs it. */
export const program: ProgramDefinition = {
  name: programName,
  summary: 'Reads the statistics of HAProxy processes and queues them as snapshots.',
  sections: ['DEFAULT', 'paths', 'pull'],
  directoryOption: false,
  check: surroundingProblems,
  run: pull,
}
