export { renderAdvice, renderMetrics } from './manual.ts'
export { program } from './program.ts'
