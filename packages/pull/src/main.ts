import { saveMemory } from './memory.ts'

saveMemory()
const { asksForHealth, runHealth } = await import('@haproxystats/core/health')
if (asksForHealth(process.argv)) {
  const [{ health }, { optionTable }] = await Promise.all([import('./health.ts'), import('./option-table.ts')])
  runHealth({ name: 'haproxystats-pull', directoryOption: false, table: optionTable, health })
}
const { runProgram } = await import('@haproxystats/core/program')
const { program } = await import('./program.ts')

await runProgram(program)
