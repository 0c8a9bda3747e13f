import { differentDirectories, option, type Section } from '@haproxystats/core'
import { outputOptions } from '../options.ts'

export const localStore = {
  summary: 'Writes the datapoints of every snapshot to a file, <dir>/<timestamp>/stats. The files are never removed.',
  program: 'haproxystats-process',
  enabledByPresence: true,
  checks: { errors: [(values) => differentDirectories(values, ['local-store', 'dir'], ['process', 'src-dir'])] },
  options: {
    dir: option.path('Directory of the files.', { default: '/var/lib/haproxystats/local-store' }),
    ...outputOptions,
  },
} as const satisfies Section
