// @ts-check
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../setup/quietly.mjs'

/** The folders of packages/, which are inside the published package. */
const own = ['core', 'haproxy', 'page', 'pull', 'process']
const programs = ['pull', 'process']

/** The documents of docs/, by their paths. */
export const documents = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)

/** What is copied beside the programs, and where to. @type {readonly (readonly [from: string, to: string])[]} */
const extras = [
  ['README.md', 'README.md'],
  ['CHANGELOG.md', 'CHANGELOG.md'],
  ['LICENSE', 'LICENSE'],
  ...documents.map((path) => /** @type {const} */ ([path, path])),
  ['systemd', 'systemd'],
  ['contrib/haproxystats.conf', 'haproxystats.conf'],
  ['contrib/nagios', 'nagios'],
  ['packaging/man', 'man'],
  ['packaging/completion', 'completion'],
]

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {string} description
 * @property {string} license
 * @property {Record<string, string>} [engines]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, string>} [scripts]
 * @property {unknown} [exports]
 * @property {unknown} [type]
 */

/** @param {string} folder @returns {Manifest} */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** The exact versions of what does not come from this repository. */
export function thirdParty() {
  const all = own.flatMap((name) => Object.entries(readManifest(join(root, 'packages', name)).dependencies ?? {}))
  return Object.fromEntries(
    all.filter(([name]) => !name.startsWith('@haproxystats/')).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/**
 * Lays out the one published package, with both programs, in an empty directory. The packages of this repository are
 * bundled in it, what they depend on is a plain dependency of the whole.
 * @param {string} target
 */
export function stagePackage(target) {
  const workspace = readManifest(root)
  mkdirSync(join(target, 'bin'), { recursive: true })
  for (const name of own) stageOwn(name, join(target, 'node_modules/@haproxystats', name))
  for (const name of programs) {
    const text = `#!/usr/bin/env node\nimport '../node_modules/@haproxystats/${name}/dist/main.js'\n`
    writeFileSync(join(target, `bin/haproxystats-${name}.js`), text, { mode: 0o755 })
  }
  for (const [from, to] of extras) cpSync(join(root, from), join(target, to), { recursive: true })
  const bundled = own.map((name) => `@haproxystats/${name}`)
  writeJson(join(target, 'package.json'), {
    name: 'haproxystats',
    version: workspace.version,
    description: workspace.description,
    keywords: ['haproxy', 'graphite', 'statistics', 'metrics', 'monitoring'],
    license: workspace.license,
    type: 'module',
    engines: workspace.engines,
    os: ['linux'],
    bin: Object.fromEntries(programs.map((name) => [`haproxystats-${name}`, `bin/haproxystats-${name}.js`])),
    man: readdirSync(join(target, 'man')).map((page) => `man/${page}`),
    files: ['bin', 'npm-shrinkwrap.json', ...new Set(extras.map(([, to]) => to))],
    dependencies: { ...Object.fromEntries(bundled.map((name) => [name, workspace.version])), ...thirdParty() },
    bundledDependencies: bundled,
  })
  settleModes(target)
}

/** @param {string} name @param {string} target */
function stageOwn(name, target) {
  const source = join(root, 'packages', name)
  const { name: full, version, description, license, type, engines } = readManifest(source)
  const exports = exportsOf(source)
  mkdirSync(target, { recursive: true })
  writeJson(join(target, 'package.json'), { name: full, version, description, license, type, engines, exports })
  if (name === 'page') return stagePage(source, target)
  // Output of a source file that was removed must not be packed.
  const kept = (/** @type {string} */ path) => {
    if (statSync(path).isDirectory()) return true
    const origin = path.replace('/dist/', '/src/').replace(/\.js$/, '.ts')
    return path.endsWith('.js') && statSync(origin, { throwIfNoEntry: false }) !== undefined
  }
  cpSync(join(source, 'dist'), join(target, 'dist'), { recursive: true, filter: kept })
}

/** The page is built into an empty directory; its only other code is the path of that directory. @param {string} source @param {string} target */
function stagePage(source, target) {
  for (const name of ['directory.js', 'dist']) cpSync(join(source, name), join(target, name), { recursive: true })
}

/** The exports without the types, which are not packed. @param {string} source */
function exportsOf(source) {
  const { exports } = readManifest(source)
  const entries = Object.entries(/** @type {Record<string, { default: string }>} */ (exports))
  return Object.fromEntries(entries.map(([path, { default: file }]) => [path, file]))
}

/** @param {string} path @param {unknown} content */
function writeJson(path, content) {
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`)
}

/** The same modes whatever the umask is and however the files came here. @param {string} path */
export function settleModes(path) {
  const stats = statSync(path)
  if (!stats.isDirectory()) return chmodSync(path, stats.mode & 0o100 ? 0o755 : 0o644)
  chmodSync(path, 0o755)
  for (const name of readdirSync(path)) settleModes(join(path, name))
}

/**
 * An empty directory that `work` may fill; removed afterwards. In the checkout, not in a directory of the system, where
 * another user could reach it.
 * @template T
 * @param {(directory: string) => T} work
 * @param {string} name
 */
export function inScratch(name, work) {
  const directory = join(root, 'dist', `${name}.${process.pid}`)
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  try {
    return work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
