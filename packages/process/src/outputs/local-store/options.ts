import { differentDirectories, type Section } from '@haproxystats/core'
import { outputOptions } from '../options.ts'

export const localStore = {
  summary: 'Writes the datapoints of every snapshot to a file, <dir>/<timestamp>/stats. The files are never removed.',
  program: 'haproxystats-process',
  enabledByPresence: true,
  checks: [
    {
      summary: 'The files of local-store are no snapshots.',
      severity: 'error',
      check: (values) => differentDirectories(values, ['local-store', 'dir'], ['process', 'src-dir']),
    },
  ],
  options: {
    dir: {
      kind: 'path',
      default: '/var/lib/haproxystats/local-store',
      summary: 'Directory of the files.',
    },
    ...outputOptions,
  },
} as const satisfies Section
