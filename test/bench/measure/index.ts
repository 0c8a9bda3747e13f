import type { Measurement } from '../harness/context.ts'
import { backlog } from './backlog.ts'
import { endToEnd } from './end-to-end.ts'
import { growth } from './growth.ts'
import { http } from './http.ts'
import { idle } from './idle.ts'
import { profile } from './profile.ts'
import { pull } from './pull.ts'
import { scrapers } from './scrapers.ts'
import { stages } from './stage-table.ts'
import { start } from './start.ts'
import { together } from './together.ts'

/** Everything that is measured, in this order. To add one: a file beside these, and a line here. */
export const measurements: readonly Measurement[] = [
  stages,
  endToEnd,
  pull,
  together,
  growth,
  start,
  backlog,
  idle,
  http,
  scrapers,
  profile,
]
