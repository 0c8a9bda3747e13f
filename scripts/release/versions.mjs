// @ts-check
// The version of the release: node scripts/release/versions.mjs prints and checks it; with a version as argument it is
// set everywhere. package.json of the checkout has it; every other place must agree.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../setup/quietly.mjs'
import { report, ScriptError } from '../setup/script-error.mjs'

const pattern = /^( {2}"version": ")([^"]*)(",)$/m

/** Every package.json with the version in it. */
function manifests() {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/package.json`)
  return ['package.json', ...packages].filter((file) => existsSync(join(root, file)))
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(root, file), 'utf8')
}

/** What does not agree with package.json, a sentence each. */
export function differingVersions() {
  const wanted = pattern.exec(read('package.json'))?.[2]
  return manifests().flatMap((file) => {
    const found = pattern.exec(read(file))?.[2]
    return found === wanted
      ? []
      : [`${file}: found version ${found}, expected ${wanted} as in package.json; npm run release:version ${wanted}`]
  })
}

/** @param {string} version */
function setVersion(version) {
  if (!/^\d+\.\d+\.\d+(-[a-z]+\.\d+)?$/.test(version)) {
    throw new ScriptError(`release:version: found "${version}", expected a version such as 1.2.0 or 1.2.0-beta.1`, 2)
  }
  for (const file of manifests()) {
    writeFileSync(join(root, file), read(file).replace(pattern, `$1${version}$3`))
    console.log(`${file}: ${version}`)
  }
  console.log('now refresh what prints it: npm run docs')
}

if (process.argv[1] === import.meta.filename) {
  try {
    const version = process.argv[2]
    if (version !== undefined) setVersion(version)
    const differing = differingVersions()
    if (differing.length > 0) throw new ScriptError(differing.join('\n'))
    if (version === undefined) console.log(pattern.exec(read('package.json'))?.[2])
  } catch (error) {
    report(error)
  }
}
