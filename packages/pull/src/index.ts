export { program } from './program.ts'
export { pull } from './pull.ts'
