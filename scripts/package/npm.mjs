// @ts-check
// Packs both programs as they are published: node scripts/package/npm.mjs [directory]. After a build.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { quietly, root } from '../setup/quietly.mjs'
import { report } from '../setup/script-error.mjs'
import { shrinkwrap } from './lock.mjs'
import { runtimeModules } from './modules.mjs'
import { inScratch, readManifest, settleModes, stagePackage } from './stage.mjs'

/**
 * Writes `haproxystats-<version>.tgz` and returns its path; it pins all that npm installs with it. npm gives all files one date and an order, so the same
 * sources give the same bytes.
 * @param {string} directory
 */
export function packNpm(directory) {
  mkdirSync(directory, { recursive: true })
  return inScratch('npm', (stage) => {
    stagePackage(stage)
    const lock = shrinkwrap(readManifest(stage), runtimeModules())
    writeFileSync(join(stage, 'npm-shrinkwrap.json'), `${JSON.stringify(lock, null, 2)}\n`)
    settleModes(stage)
    quietly('npm pack', 'npm', ['pack', stage, '--ignore-scripts', '--pack-destination', directory])
    return join(directory, `haproxystats-${readManifest(root).version}.tgz`)
  })
}

if (process.argv[1] === import.meta.filename) {
  try {
    console.log(packNpm(resolve(process.argv[2] ?? join(root, 'dist'))))
  } catch (error) {
    report(error)
  }
}
