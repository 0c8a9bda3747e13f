// @ts-check
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest } from '../package/stage.mjs'
import { root } from '../setup/quietly.mjs'

/** Licences of what is delivered: each asks for no more than that its text goes along. */
const delivered = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']

/** What only builds and tests may also have these. */
const tools = [...delivered, 'BlueOak-1.0.0', 'CC0-1.0', 'MPL-2.0', 'Python-2.0']

/** Whether a licence expression can be satisfied with these. @param {unknown} licence @param {readonly string[]} allowed */
export function isAllowed(licence, allowed) {
  if (typeof licence !== 'string') return false
  const choices = licence.replace(/^\((.*)\)$/, '$1').split(' OR ')
  return choices.some((choice) => choice.split(' AND ').every((name) => allowed.includes(name)))
}

/**
 * What must not be delivered, a sentence each: a licence that is not in the list, none at all, or something that is compiled
 * or run when it is installed.
 * @param {readonly import('../package/modules.mjs').Module[]} modules
 */
export function moduleProblems(modules) {
  return modules.flatMap(({ name, version, license, source, optional }) => {
    const what = `${name} ${version}`
    const { scripts = {} } = readManifest(source)
    const hooks = ['preinstall', 'install', 'postinstall'].filter((hook) => scripts[hook] !== undefined)
    // The packages that only hold what was compiled for one machine leave the text to the package they belong to.
    const text = optional || readdirSync(source).some((file) => /^licen[cs]e/i.test(file))
    return [
      ...(isAllowed(license, delivered)
        ? []
        : [`${what}: found licence ${license}, expected one of ${delivered.join(', ')}`]),
      ...(text ? [] : [`${what}: the text of its licence is missing`]),
      ...hooks.map((hook) => `${what}: runs a script at ${hook}; an operator's machine should not`),
      ...(existsSync(join(source, 'binding.gyp')) ? [`${what}: is compiled when it is installed`] : []),
    ]
  })
}

/** Licences of everything that is installed here which may not be used even to build, a sentence each. */
export function toolProblems() {
  const store = join(root, 'node_modules/.pnpm')
  const folders = readdirSync(store).filter(
    (name) => name.includes('@') && existsSync(join(store, name, 'node_modules')),
  )
  return folders.flatMap((folder) => {
    const name = /^(@[^+]+\+)?[^@]+/.exec(folder)?.[0].replace('+', '/') ?? folder
    const source = join(store, folder, 'node_modules', name)
    if (!existsSync(join(source, 'package.json'))) return []
    const { license, version } = readManifest(source)
    return isAllowed(license, tools)
      ? []
      : [`${name} ${version}: found licence ${license}, expected one of ${tools.join(', ')}`]
  })
}
