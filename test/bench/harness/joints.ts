import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as core from '@haproxystats/core'
import type * as program from '@haproxystats/core/program'
import type * as haproxy from '@haproxystats/haproxy'
import type * as daemon from '../../../packages/process/src/aggregate/daemon-tables.ts'
import type * as lists from '../../../packages/process/src/aggregate/metric-lists.ts'
import type * as pipeline from '../../../packages/process/src/aggregate/pipeline.ts'
import type * as plan from '../../../packages/process/src/aggregate/plan.ts'
import type * as tables from '../../../packages/process/src/aggregate/stat-tables.ts'
import type * as view from '../../../packages/process/src/http/live/view-reader.ts'
import type * as historyFile from '../../../packages/process/src/http/trend/history-file.ts'
import type * as history from '../../../packages/process/src/http/trend/memory-history.ts'
import type * as encoders from '../../../packages/process/src/outputs/format/encoders.ts'
import type * as paths from '../../../packages/process/src/outputs/format/paths.ts'
import type * as sink from '../../../packages/process/src/outputs/graphite/sink.ts'
import type * as read from '../../../packages/process/src/read/read-snapshot.ts'

/** The compiled modules between which stages are measured, by their files below the directory of the packages. */
interface Joints {
  'core/dist/index.js': typeof core
  'core/dist/program/index.js': typeof program
  'haproxy/dist/index.js': typeof haproxy
  'process/dist/outputs/format/encoders.js': typeof encoders
  'process/dist/outputs/graphite/sink.js': typeof sink
  'process/dist/outputs/format/paths.js': typeof paths
  'process/dist/http/trend/history-file.js': typeof historyFile
  'process/dist/http/trend/memory-history.js': typeof history
  'process/dist/http/live/view-reader.js': typeof view
  'process/dist/aggregate/daemon-tables.js': typeof daemon
  'process/dist/aggregate/metric-lists.js': typeof lists
  'process/dist/aggregate/pipeline.js': typeof pipeline
  'process/dist/aggregate/plan.js': typeof plan
  'process/dist/read/read-snapshot.js': typeof read
  'process/dist/aggregate/stat-tables.js': typeof tables
}

/** Loads a module of the packages that are measured, which may be those of another commit. */
export function joint<File extends keyof Joints>(packages: string, file: File): Promise<Joints[File]> {
  return import(pathToFileURL(resolve(packages, file)).href)
}

/** csv-parse, which only the packages depend on. */
export interface CsvParse {
  parse(bytes: Buffer, options: Readonly<Record<string, unknown>>): Record<string, string | undefined>[]
}

export async function csvParse(packages: string): Promise<CsvParse> {
  const require = createRequire(resolve(join(packages, 'haproxy/package.json')))
  return import(pathToFileURL(require.resolve('csv-parse/sync')).href)
}
