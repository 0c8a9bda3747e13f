// @ts-check
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../setup/quietly.mjs'

/** @typedef {import('./modules.mjs').Module} Module */
/** @typedef {import('./stage.mjs').Manifest & { bundledDependencies?: string[] }} Packed */

/**
 * The SHA-512 of a package as the registry has it, in base64, from the lock file that the tests ran with.
 * @param {string} name
 * @param {string} version
 */
export function integrityOf(name, version) {
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
  const begin = [`\n  ${name}@${version}:\n`, `\n  '${name}@${version}':\n`].map((key) => lock.indexOf(key))
  const integrity = /integrity: sha512-([\w+/=]+)/.exec(lock.slice(Math.max(...begin)))?.[1]
  if (Math.max(...begin) === -1 || integrity === undefined)
    throw new Error(`pnpm-lock.yaml: no checksum of ${name} ${version}`)
  return integrity
}

/**
 * What `npm-shrinkwrap.json` of the published package has: npm installs exactly the releases that were tested, with these
 * checksums, from any registry. Optional packages are left out; they are native, and the programs do
 * without.
 * @param {Packed} manifest of the published package
 * @param {readonly Module[]} modules without optional ones
 */
export function shrinkwrap(manifest, modules) {
  const {
    name,
    version,
    license,
    engines,
    os,
    bin,
    dependencies,
    bundledDependencies = [],
  } = /** @type {Packed & { os?: unknown, bin?: unknown }} */ (manifest)
  const bundled = bundledDependencies.map((own) => [`node_modules/${own}`, { version, inBundle: true, license }])
  const others = modules.map((module) => [`node_modules/${module.place}`, entry(module)])
  return {
    name,
    version,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name, version, bundleDependencies: bundledDependencies, license, os, dependencies, bin, engines },
      ...Object.fromEntries([...bundled, ...others].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))),
    },
  }
}

/** @param {Module} module */
function entry({ name, version, license, source, needs }) {
  const { dependencies = {}, engines } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  return {
    version,
    integrity: `sha512-${integrityOf(name, version)}`,
    license,
    dependencies: needs.length > 0 ? Object.fromEntries(needs.map((need) => [need, dependencies[need]])) : undefined,
    engines,
  }
}
