import type { Measurement } from '../context.ts'
import { backlog } from './backlog.ts'
import { clientsMeasurement } from './clients.ts'
import { growth } from './growth.ts'
import { http } from './http.ts'
import { idle } from './idle.ts'
import { processMeasurement } from './process.ts'
import { profile } from './profile.ts'
import { pull } from './pull.ts'
import { start } from './start.ts'
import { together } from './together.ts'

/** Everything that is measured, in this order. To add a measurement: a file beside these, and a line here. */
export const measurements: readonly Measurement[] = [
  processMeasurement,
  http,
  clientsMeasurement,
  pull,
  together,
  growth,
  start,
  backlog,
  idle,
  profile,
]
