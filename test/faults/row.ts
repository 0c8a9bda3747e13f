// Runs one row, in a process of its own, and writes what it found: row.js <what it is given, as JSON>.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RowContext } from './harness/row.ts'
import { rows } from './rows/index.ts'

const given = JSON.parse(process.argv[2] ?? '{}')
const row = rows.find(({ name }) => name === given.row)
if (row === undefined) throw new Error(`no row is called ${given.row}`)
const context = new RowContext({ ...given, build: { packages: given.packages } })
try {
  await row.run(context)
} catch (error) {
  context.problem(error instanceof Error ? (error.stack ?? error.message) : String(error))
}
writeFileSync(join(context.directory, 'findings.json'), JSON.stringify(context.findings))
process.exit(0)
