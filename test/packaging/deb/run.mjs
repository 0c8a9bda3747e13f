// @ts-check
// Builds the Debian package, has lintian look at it, and installs, uses, upgrades, removes and purges it for real: npm run
// test:deb. As root, on a machine of its own that is gone afterwards; needs overlayfs and namespaces.
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packDeb } from '../../../scripts/package/deb.mjs'
import { inScratch } from '../../../scripts/package/stage.mjs'
import { quietly } from '../../../scripts/setup/quietly.mjs'
import { report, ScriptError } from '../../../scripts/setup/script-error.mjs'

const beside = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url))

/** How long all of the package's life may take, in milliseconds. */
const longest = 240_000

/**
 * A release before this one, with another sample configuration.
 * @param {string} path
 * @param {string} scratch
 */
function olderRelease(path, scratch) {
  const tree = join(scratch, 'old')
  quietly('dpkg-deb', 'dpkg-deb', ['--raw-extract', path, tree])
  const control = join(tree, 'DEBIAN/control')
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, 'Version: 0.9.0-1'))
  appendFileSync(join(tree, 'etc/haproxystats.conf'), '# of the old release\n')
  const old = join(scratch, 'old.deb')
  quietly('dpkg-deb', 'dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, old])
  return old
}

/** @param {string} scratch */
function tryPackage(scratch) {
  const path = packDeb(scratch)
  const again = packDeb(join(scratch, 'again'))
  if (!readFileSync(path).equals(readFileSync(again))) throw new ScriptError('two builds of the package differ')
  console.log('two builds are equal, byte for byte')
  quietly('lintian', 'lintian', ['--allow-root', '--fail-on', 'error', path])
  console.log('lintian finds no error')
  const root = join(scratch, 'machine')
  mkdirSync(root)
  const own = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private']
  const life = [beside('machine.sh'), root, beside('life.sh'), olderRelease(path, scratch), path]
  const { status, signal, error } = spawnSync('unshare', [...own, 'sh', ...life], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: longest,
    killSignal: 'SIGKILL',
  })
  if (status !== 0)
    throw new ScriptError(`the life of the package failed (${error?.message ?? signal ?? `exit code ${status}`})`)
}

try {
  if (process.getuid?.() !== 0) throw new ScriptError('test:deb has to be root: it makes a machine of its own', 2)
  inScratch('test-deb', tryPackage)
} catch (error) {
  report(error)
}
