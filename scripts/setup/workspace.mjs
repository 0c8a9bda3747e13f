// @ts-check
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { quietly, root } from './quietly.mjs'

/** The package manager, fetched by npm; the only place that names its release. */
const pnpm = 'pnpm@12.21.0'

const modules = join(root, 'node_modules')
const stamp = join(modules, '.haproxystats-installed')
const pageStamp = join(modules, '.cache/haproxystats-page')

/** Installs the dependencies of the lock file, unless that was done since anything about them changed. */
export function installDependencies() {
  const wanted = fingerprint()
  if (wanted === installed()) return
  console.log(`setup: installing the dependencies with ${pnpm}`)
  const install = ['pnpm', 'install', '--frozen-lockfile', '--config.confirm-modules-purge=false']
  quietly(`${pnpm} install`, 'npm', ['exec', '--yes', `--package=${pnpm}`, '--', ...install])
  writeFileSync(stamp, wanted)
}

/** Makes all that the programs are: a fresh clone has nothing of it. */
export function buildAll() {
  buildPrograms()
  buildPage()
}

/** Compiles what is not up to date of both programs and all they import; the compiler knows what. */
function buildPrograms() {
  if (!existsSync(join(root, 'packages/process/dist/main.js'))) console.log('setup: building')
  const compiler = join(modules, 'typescript/bin/tsc')
  quietly('Building', process.execPath, [compiler, '-b', 'packages/pull', 'packages/process'])
}

/** Makes the page that a browser loads, unless that was done since anything of it changed. */
function buildPage() {
  const folder = join(root, 'packages/page')
  const wanted = pageFingerprint(folder)
  if (existsSync(join(folder, 'dist/index.html')) && readIfThere(pageStamp) === wanted) return
  console.log('setup: building the page')
  quietly('Building the page', process.execPath, [join(folder, 'node_modules/vite/bin/vite.js'), 'build', folder])
  mkdirSync(dirname(pageStamp), { recursive: true })
  writeFileSync(pageStamp, wanted)
}

/** A hash of all that decides what the page is. @param {string} folder */
function pageFingerprint(folder) {
  const sources = readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
    .map((entry) => join(entry.parentPath, entry.name))
  const beside = ['index.html', 'package.json', 'vite.config.ts', '../haproxy/src/stat/status.ts']
  const files = beside.map((name) => join(folder, name))
  const hash = createHash('sha256').update(installed() ?? '')
  for (const file of [...files, ...sources.sort()]) hash.update(`\0${file}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

/** @param {string} file */
function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** A hash of all that decides what an install brings. */
function fingerprint() {
  const hash = createHash('sha256').update(`${pnpm} ${process.platform} ${process.arch}`)
  const settings = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']
  for (const file of [...settings, ...packages().map((name) => `packages/${name}/package.json`)]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

/** The fingerprint of the last install, if what it made is still there. */
function installed() {
  const folders = [modules, ...packages().map((name) => join(root, 'packages', name, 'node_modules'))]
  if (![...folders, stamp].every((path) => existsSync(path))) return undefined
  return readFileSync(stamp, 'utf8')
}

function packages() {
  return readdirSync(join(root, 'packages')).filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
}
