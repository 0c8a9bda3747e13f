export { renderRoutes } from './http/manual.ts'
export { renderPrometheus } from './http/metrics/manual.ts'
export { renderAdvice, renderMetrics } from './manual.ts'
export { program } from './program.ts'
