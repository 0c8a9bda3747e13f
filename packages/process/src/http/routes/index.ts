import type { Route } from '../types/route.ts'
import { apiRoutes } from './api-index.ts'
import { healthRoutes } from './health.ts'
import { infoRoutes } from './info.ts'
import { metrics } from './metrics.ts'
import { statRoutes } from './stats.ts'
import { valueRoutes } from './values.ts'

/** Everything that can be asked for, in the order in which it is looked at. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...statRoutes,
  ...infoRoutes,
  ...valueRoutes,
  metrics,
  ...apiRoutes,
]
