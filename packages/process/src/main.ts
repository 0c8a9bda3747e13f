import { asksForHealth, runHealth } from '@haproxystats/core/health'

// Without the rest of the program, which takes most of the time to start.
if (asksForHealth(process.argv)) {
  const [{ health }, { optionTable }] = await Promise.all([import('./health.ts'), import('./option-table.ts')])
  runHealth({ name: 'haproxystats-process', directoryOption: true, table: optionTable, health })
}
const { runProgram } = await import('@haproxystats/core/program')
const { program } = await import('./program.ts')

await runProgram(program)
