import { runProgram } from '@haproxystats/core'
import { program } from './program.ts'

await runProgram(program)
