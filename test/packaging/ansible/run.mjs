// @ts-check
// Has the role of contrib/ansible install the Debian package and the npm package for real, on machines of its own that are gone
// afterwards: npm run test:ansible. As root; needs overlayfs and namespaces, and a registry for npm.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packDeb } from '../../../scripts/package/deb.mjs'
import { packNpm } from '../../../scripts/package/npm.mjs'
import { inScratch } from '../../../scripts/package/stage.mjs'
import { root as checkout } from '../../../scripts/setup/quietly.mjs'
import { report, ScriptError } from '../../../scripts/setup/script-error.mjs'

const beside = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url))

/** How long all of it may take, in milliseconds. */
const longest = 300_000

/** @param {string} scratch */
function tryRole(scratch) {
  const root = join(scratch, 'machine')
  mkdirSync(root)
  const own = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private']
  const life = [beside('../deb/machine.sh'), root, beside('life.sh'), checkout, packDeb(scratch), packNpm(scratch)]
  const { status, signal, error } = spawnSync('unshare', [...own, 'sh', ...life], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: longest,
    killSignal: 'SIGKILL',
  })
  if (status !== 0) throw new ScriptError(`the role failed (${error?.message ?? signal ?? `exit code ${status}`})`)
}

try {
  if (process.getuid?.() !== 0) throw new ScriptError('test:ansible has to be root: it makes a machine of its own', 2)
  inScratch('test-ansible', tryRole)
} catch (error) {
  report(error)
}
