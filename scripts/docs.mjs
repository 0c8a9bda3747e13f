// Writes the parts of the documentation that are printed from tables: `node scripts/docs.mjs`, after a build.
// With --check it changes nothing, names what is stale, and then exits with 1.
// @ts-check
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderExitCodes, renderSample, renderSettings } from '../packages/core/dist/index.js'
import { renderCommandPage } from '../packages/core/dist/program/manual/command-page.js'
import { renderBashCompletion, renderZshCompletion } from '../packages/core/dist/program/manual/completion.js'
import { renderConfigurationPage } from '../packages/core/dist/program/manual/configuration-page.js'
import {
  program as processProgram,
  renderAdvice,
  renderMetrics,
  renderPrometheus,
  renderRoutes,
} from '../packages/process/dist/index.js'
import { program as pullProgram } from '../packages/pull/dist/index.js'

/**
 * @typedef {object} Generated
 * @property {string} file by its path from the root of the checkout
 * @property {string} [marker] the part between `<!-- marker: begin -->` and `<!-- marker: end -->`; the whole file without
 * @property {() => string} render
 */

/** @type {readonly Generated[]} */
const generated = [
  { file: 'contrib/haproxystats.conf', render: () => renderSample(processProgram.table) },
  { file: 'docs/configuration.md', marker: 'settings', render: () => renderSettings(processProgram.table) },
  { file: 'docs/operating.md', marker: 'exit codes', render: renderExitCodes },
  { file: 'docs/operating.md', marker: 'own metrics', render: renderAdvice },
  { file: 'docs/metrics.md', marker: 'metrics', render: renderMetrics },
  { file: 'docs/prometheus.md', marker: 'prometheus', render: renderPrometheus },
  { file: 'docs/reliability.md', marker: 'faults', render: renderFaults },
  { file: 'docs/http.md', marker: 'addresses', render: renderRoutes },
  { file: 'packaging/man/haproxystats.conf.5', render: () => renderConfigurationPage(processProgram.table) },
  ...[pullProgram, processProgram].flatMap((program) => [
    { file: `packaging/man/${program.name}.1`, render: () => renderCommandPage(program) },
    { file: `packaging/completion/bash/${program.name}`, render: () => renderBashCompletion(program) },
    { file: `packaging/completion/zsh/_${program.name}`, render: () => renderZshCompletion(program) },
  ]),
]

/** The results of the fault suite, as `npm run test:faults -- --save` kept them. */
function renderFaults() {
  const run = fileURLToPath(new URL('../test/faults/run.mjs', import.meta.url))
  return execFileSync(process.execPath, [run, '--markdown'], { encoding: 'utf8' })
}

/**
 * The content that the file should have, given the one it has.
 *
 * @param {Generated} row
 * @param {string} content
 */
function refreshed({ file, marker, render }, content) {
  if (marker === undefined) return render()
  const [begin, end] = ['begin', 'end'].map((edge) => `<!-- ${marker}: ${edge} -->`)
  const [before, after] = [content.indexOf(`${begin}\n`), content.indexOf(`\n${end}\n`)]
  if (before === -1 || after < before) throw new Error(`${file}: expected the lines ${begin} and ${end}, in this order`)
  return `${content.slice(0, before)}${begin}\n\n${render()}\n${content.slice(after)}`
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

/** Goes through the table and returns what was stale. */
function refreshAll(write = true) {
  return generated.flatMap((row) => {
    const path = fileURLToPath(new URL(`../${row.file}`, import.meta.url))
    const content = read(path)
    const wanted = refreshed(row, content)
    if (wanted === content) return []
    if (write) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, wanted)
    }
    return [row.marker === undefined ? row.file : `${row.file} (${row.marker})`]
  })
}

const check = process.argv.includes('--check')
try {
  const stale = refreshAll(!check)
  for (const name of stale) console.log(check ? `stale: ${name}; refresh it with npm run docs` : `refreshed: ${name}`)
  if (check && stale.length > 0) process.exitCode = 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
