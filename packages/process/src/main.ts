import { runProgram } from '@haproxystats/core/program'
import { program } from './program.ts'

await runProgram(program)
