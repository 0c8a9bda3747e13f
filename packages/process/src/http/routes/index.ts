import { apiRoutes } from './api-index.ts'
import { healthRoutes } from './health.ts'
import { metrics } from './metrics.ts'
import type { Route } from './route.ts'

/** Everything that can be asked for, in the order in which it is looked at. */
export const routes: readonly Route[] = [...healthRoutes, metrics, ...apiRoutes]
