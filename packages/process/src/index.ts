export { renderMetrics } from './manual.ts'
export { program } from './program.ts'
