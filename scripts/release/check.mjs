// @ts-check
// Whether a release can be published: node scripts/release/check.mjs. After a build. Leaves the package and its bill of
// materials in dist/.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pageModules, runtimeModules } from '../package/modules.mjs'
import { packNpm } from '../package/npm.mjs'
import { inScratch, readManifest } from '../package/stage.mjs'
import { root } from '../setup/quietly.mjs'
import { report, ScriptError } from '../setup/script-error.mjs'
import { contentProblems, shrinkwrapProblems } from './contents.mjs'
import { moduleProblems, toolProblems } from './licences.mjs'
import { billOfMaterials } from './sbom.mjs'
import { differingVersions } from './versions.mjs'

const { version } = readManifest(root)
const target = join(root, 'dist')

/** The changes are listed under the version; those of a pre-release may still be under "Unreleased". */
function changelogProblems() {
  const wanted = version.includes('-') ? [version, 'Unreleased'] : [version]
  const headings = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('## '))
  const listed = headings.some((line) => wanted.some((name) => line.startsWith(`## ${name}`)))
  return listed ? [] : [`CHANGELOG.md: no heading "## ${wanted.join('" or "## ')}"`]
}

/** @param {string} path */
function packedShrinkwrap(path) {
  const { stdout, status } = spawnSync('tar', ['-xzOf', path, 'package/npm-shrinkwrap.json'], { encoding: 'utf8' })
  return status === 0 ? shrinkwrapProblems(JSON.parse(stdout), runtimeModules()) : []
}

/** @param {string} path */
function packedFiles(path) {
  const { stdout, status } = spawnSync('tar', ['-tzf', path], { encoding: 'utf8' })
  if (status !== 0) throw new ScriptError(`${path} cannot be read`)
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/^package\//, ''))
}

function packProblems() {
  const path = packNpm(target)
  const bytes = readFileSync(path)
  const again = inScratch('again', (directory) => readFileSync(packNpm(directory)))
  const sum = createHash('sha256').update(bytes).digest('hex')
  console.log(`${basename(path)}: ${bytes.length} bytes, sha256 ${sum}`)
  return [
    ...(bytes.equals(again) ? [] : ['two packs of the same sources differ']),
    ...contentProblems(packedFiles(path)),
    ...packedShrinkwrap(path),
  ]
}

/** Writes the bill of materials. */
function modulesProblems() {
  const modules = [...runtimeModules(true), ...pageModules()]
  const path = join(target, `haproxystats-${version}.cdx.json`)
  writeFileSync(path, `${JSON.stringify(billOfMaterials(modules), null, 2)}\n`)
  console.log(`${basename(path)}: ${modules.length} packages`)
  return moduleProblems(modules)
}

/** @type {readonly (readonly [title: string, check: () => string[]])[]} */
const checks = [
  ['one version everywhere', differingVersions],
  ['changes are listed', changelogProblems],
  ['packed twice to the same bytes, nothing missing and nothing more', packProblems],
  ['licences, texts, nothing to compile', modulesProblems],
  ['licences of what builds and tests', toolProblems],
]

try {
  const problems = checks.flatMap(([title, check]) => {
    const found = check()
    console.log(`${found.length === 0 ? 'ok    ' : 'FAILED'}  ${title}`)
    return found
  })
  if (problems.length > 0) throw new ScriptError(problems.join('\n'))
} catch (error) {
  report(error)
}
