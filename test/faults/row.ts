// Runs one row, in a process of its own, and writes what it found: row.js <name> <times> <seed> <directory> <packages>.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RowContext } from './harness/row.ts'
import { rows } from './rows/index.ts'

const [name, times, seed, directory = '', packages = ''] = process.argv.slice(2)
const row = rows.find((candidate) => candidate.name === name)
if (row === undefined) throw new Error(`no row is called ${name}`)
const context = new RowContext({ times: Number(times), seed: Number(seed), directory, build: { packages } })
try {
  await row.run(context)
} catch (error) {
  context.problem(error instanceof Error ? (error.stack ?? error.message) : String(error))
}
writeFileSync(join(directory, 'findings.json'), JSON.stringify(context.findings))
process.exit(0)
