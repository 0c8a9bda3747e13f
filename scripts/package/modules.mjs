// @ts-check
import { cpSync, existsSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { root } from '../setup/quietly.mjs'
import { ScriptError } from '../setup/script-error.mjs'
import { readManifest, thirdParty } from './stage.mjs'

/**
 * @typedef {object} Module
 * @property {string} name
 * @property {string} version
 * @property {string} license
 * @property {string} source the folder it is installed in
 * @property {boolean} optional
 * @property {string[]} needs names of what it depends on
 * @property {string} place its path below the node_modules it goes to, such as `pino/node_modules/split2`
 */

/**
 * Everything that the programs load from outside this repository, as it is installed here and was tested, once for each
 * place it needs: at the top, or below the package that needs another release of it. Optional dependencies are native and the
 * programs do without; they are listed only on request, those for this machine, because npm installs them.
 * @returns {Module[]}
 */
export function runtimeModules(withOptional = false) {
  /** @type {Map<string, Module>} */
  const placed = new Map()
  /** @type {{ name: string, from: string, below: string, optional: boolean }[]} */
  const wanted = Object.keys(thirdParty()).map((name) => ({
    name,
    from: dependentOf(name),
    below: '',
    optional: false,
  }))
  for (const { name, from, below, optional } of wanted) {
    const source = find(name, from)
    if (source === undefined && optional) continue
    if (source === undefined) throw new ScriptError(`${name} is not installed, which ${from} needs: run npm run build`)
    const { version, license, dependencies = {}, optionalDependencies = {} } = readManifest(source)
    const top = placed.get(name)
    if (top?.version === version) continue
    const place = top === undefined ? name : join(below, 'node_modules', name)
    if (placed.has(place)) continue
    const maybe = withOptional ? Object.keys(optionalDependencies) : []
    const needs = Object.keys(dependencies).filter((next) => !(next in optionalDependencies))
    placed.set(place, { name, version, license, source, optional, needs, place })
    const more = (/** @type {string} */ next, /** @type {boolean} */ less) => ({
      name: next,
      from: source,
      below: place,
      optional: less,
    })
    wanted.push(...needs.map((next) => more(next, optional)), ...maybe.map((next) => more(next, true)))
  }
  return [...placed.values()].sort((a, b) => (a.place < b.place ? -1 : 1))
}

/** What the files of the page have in them, beside our own code: all that the page is made of but the tool that makes it. */
export function pageModules() {
  const page = join(root, 'packages/page')
  const names = Object.keys(readManifest(page).devDependencies ?? {}).filter(
    (name) => name !== 'vite' && !name.startsWith('@haproxystats/'),
  )
  return names.map((name) => {
    const source = /** @type {string} */ (find(name, page))
    const { version, license } = readManifest(source)
    return { name, version, license, source, optional: false, needs: [], place: `@haproxystats/page/${name}` }
  })
}

/** The package of this repository that depends on it. @param {string} name */
function dependentOf(name) {
  const own = ['core', 'haproxy', 'pull', 'process'].map((folder) => join(root, 'packages', folder))
  const folder = own.find((path) => readManifest(path).dependencies?.[name] !== undefined)
  if (folder === undefined) throw new ScriptError(`nothing depends on ${name}`)
  return folder
}

/** As Node.js looks for it: in the node_modules of every folder above. @param {string} name @param {string} from */
function find(name, from) {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name)
    if (existsSync(path)) return realpathSync(path)
  }
  return undefined
}

const unusedFolders =
  'test tests doc docs example examples benchmark benchmarks fixture fixtures build node_modules iife umd flow-typed rollup help'
/** What packages carry that no program loads. */
const leftOut = {
  folders: unusedFolders.split(' '),
  files:
    /^\.|^(test|demo|example|benchmark|coverage-map|eslint\.config)\.\w+$|\.(md|markdown|ts|mts|cts|map|flow|png|ico|sh|html|yml|yaml)$|^(CNAME|tsconfig.*|(browser|bin)\.js)$/,
}

/** @param {readonly Module[]} modules @param {string} target a node_modules */
export function copyModules(modules, target) {
  for (const { source, place } of modules) {
    const wanted = (/** @type {string} */ path) => {
      const parts = relative(source, path).split(sep)
      if (parts[0] === '') return true
      return !parts.some((part) => leftOut.folders.includes(part)) && !leftOut.files.test(basename(path))
    }
    mkdirSync(join(target, dirname(place)), { recursive: true })
    cpSync(source, join(target, place), { recursive: true, filter: wanted })
  }
}
