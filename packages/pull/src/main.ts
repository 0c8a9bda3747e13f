import { saveMemory } from './memory.ts'

saveMemory()
const { runProgram } = await import('@haproxystats/core/program')
const { program } = await import('./program.ts')

await runProgram(program)
