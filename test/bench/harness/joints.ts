import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as core from '@haproxystats/core'
import type * as program from '@haproxystats/core/program'
import type * as haproxy from '@haproxystats/haproxy'
import type * as encoders from '../../../packages/process/src/dispatchers/encoders.ts'
import type * as sink from '../../../packages/process/src/dispatchers/graphite-sink.ts'
import type * as paths from '../../../packages/process/src/dispatchers/paths.ts'
import type * as historyFile from '../../../packages/process/src/http/history/history-file.ts'
import type * as history from '../../../packages/process/src/http/history/memory-history.ts'
import type * as view from '../../../packages/process/src/http/view/view-builder.ts'
import type * as daemon from '../../../packages/process/src/pipeline/daemon-tables.ts'
import type * as lists from '../../../packages/process/src/pipeline/metric-lists.ts'
import type * as pipeline from '../../../packages/process/src/pipeline/pipeline.ts'
import type * as plan from '../../../packages/process/src/pipeline/plan.ts'
import type * as read from '../../../packages/process/src/pipeline/read-snapshot.ts'
import type * as tables from '../../../packages/process/src/pipeline/stat-tables.ts'

/** The compiled modules between which stages are measured, by their files below the directory of the packages. */
interface Joints {
  'core/dist/index.js': typeof core
  'core/dist/program/index.js': typeof program
  'haproxy/dist/index.js': typeof haproxy
  'process/dist/dispatchers/encoders.js': typeof encoders
  'process/dist/dispatchers/graphite-sink.js': typeof sink
  'process/dist/dispatchers/paths.js': typeof paths
  'process/dist/http/history/history-file.js': typeof historyFile
  'process/dist/http/history/memory-history.js': typeof history
  'process/dist/http/view/view-builder.js': typeof view
  'process/dist/pipeline/daemon-tables.js': typeof daemon
  'process/dist/pipeline/metric-lists.js': typeof lists
  'process/dist/pipeline/pipeline.js': typeof pipeline
  'process/dist/pipeline/plan.js': typeof plan
  'process/dist/pipeline/read-snapshot.js': typeof read
  'process/dist/pipeline/stat-tables.js': typeof tables
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
