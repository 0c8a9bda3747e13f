import { saveMemory } from './memory.ts'

saveMemory()
const { asksForHealth, runHealth } = await import('@haproxystats/core/health')
if (asksForHealth(process.argv)) {
  const { health } = await import('./health.ts')
  runHealth({ name: 'haproxystats-pull', directoryOption: false, health })
}
const { runProgram } = await import('@haproxystats/core/program')
const { program } = await import('./program.ts')

await runProgram(program)
