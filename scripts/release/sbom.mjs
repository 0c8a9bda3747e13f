// @ts-check
import { integrityOf } from '../package/lock.mjs'
import { readManifest, thirdParty } from '../package/stage.mjs'
import { root } from '../setup/quietly.mjs'

/** @typedef {import('../package/modules.mjs').Module} Module */

/** @param {{ name: string, version: string }} component */
function packageUrl({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

/**
 * The software bill of materials in CycloneDX 1.5: what the programs load, by exact version, with the checksum the lock
 * file has. It has no date and no number of its own, so that the same release gives the same bytes.
 * @param {readonly Module[]} modules
 */
export function billOfMaterials(modules) {
  const { name, version, description, license } = readManifest(root)
  const product = { name: name.replace('-workspace', ''), version }
  const unique = [...new Map(modules.map((module) => [packageUrl(module), module])).entries()]
  const top = unique.filter(([, { place }]) => place in thirdParty())
  const refs = (/** @type {Module} */ { needs, place }) =>
    needs.flatMap((need) => {
      const found = modules.find((module) => module.place === `${place}/node_modules/${need}`)
      const module = found ?? modules.find((candidate) => candidate.place === need)
      return module === undefined ? [] : [packageUrl(module)]
    })
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': packageUrl(product),
        ...product,
        description,
        licenses: [{ license: { id: license } }],
        purl: packageUrl(product),
      },
    },
    components: unique.map(([ref, module]) => component(ref, module)),
    dependencies: [
      { ref: packageUrl(product), dependsOn: top.map(([ref]) => ref) },
      ...unique.map(([ref, module]) => ({ ref, dependsOn: refs(module) })),
    ],
  }
}

/** @param {string} ref @param {Module} module */
function component(ref, { name, version, license, optional }) {
  const id = /^[\w.-]+$/.test(license)
  return {
    type: 'library',
    'bom-ref': ref,
    name,
    version,
    scope: optional ? 'optional' : 'required',
    hashes: [{ alg: 'SHA-512', content: Buffer.from(integrityOf(name, version), 'base64').toString('hex') }],
    licenses: [id ? { license: { id: license } } : { expression: license }],
    purl: ref,
  }
}
