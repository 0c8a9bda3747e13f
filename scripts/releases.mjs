// @ts-check
// Runs the tests that need HAProxy on other releases of it: npm run test:releases [-- [--bounded] 2.2 2.6 …]. Each comes from
// a Debian that has it, and runs with that Debian's libraries; a path with a slash is a program of one's own. After a build.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { runTests, testEachRelease, vitest } from './each-release.mjs'
import { quietly, root } from './setup/quietly.mjs'
import { ScriptError } from './setup/script-error.mjs'

/** The releases and the Debian of each; the newest is whatever sid has. @type {Readonly<Record<string, string>>} */
const suites = { 2.2: 'bullseye', 2.6: 'bookworm', '3.0': 'trixie', newest: 'sid' }

/**
 * Tests of every day that say something of a release, with the first one that they are for, and whether `--bounded` has them
 * too. Up to 2.2 the exporter of HAProxy has other labels, maintenance cannot be left out, old workers have no rows, and no
 * process says when it started.
 *
 * @type {Readonly<Record<string, { since: string, bounded?: true }>>}
 */
const everyday = {
  'test/http/exporter.test.ts': { since: '2.6', bounded: true },
  'test/http/haproxy-forms.test.ts': { since: '2.2' },
  'test/pull/daemons.test.ts': { since: '2.2' },
  'test/sources/counters.test.ts': { since: '2.2' },
  'test/sources/duplicates.test.ts': { since: '2.6' },
  'test/sources/leave-out.test.ts': { since: '2.6' },
  'test/sources/master.test.ts': { since: '2.6' },
  'test/sources/partial.test.ts': { since: '2.2' },
  'test/sources/refused.test.ts': { since: '2.2' },
}

const own = 'test/releases'

const cache = join(root, 'node_modules/.cache/haproxystats-releases')

/**
 * The folder with the program of a release, made once. Sid's list of packages may be older than it allows, where a mirror
 * keeps it for long.
 *
 * @param {string} release
 */
function unpack(release) {
  const suite = suites[release] ?? ''
  const folder = join(cache, suite)
  const packages = join(folder, 'packages')
  const program = join(folder, 'bin/haproxy')
  if (existsSync(program)) return dirname(program)
  console.log(`test:releases: unpacking HAProxy of Debian ${suite}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(dirname(program), { recursive: true })
  const allowOld = '--aptopt=Acquire::Check-Valid-Until "false"'
  quietly('mmdebstrap', 'mmdebstrap', ['--variant=extract', '--include=haproxy', allowOld, suite, packages])
  const libraries = ['usr/lib', 'lib'].flatMap((place) => inFolder(join(packages, place), /-linux-gnu$/))
  const [loader] = libraries.flatMap((place) => inFolder(place, /^ld-.*\.so(\.\d+)?$/))
  if (loader === undefined) throw new ScriptError(`test:releases: no dynamic loader in ${packages}`)
  const draft = `${program}.draft`
  copyFileSync(join(packages, 'usr/sbin/haproxy'), draft)
  const paths = ['--force-rpath', '--set-rpath', libraries.join(':')]
  quietly('patchelf', 'patchelf', ['--set-interpreter', loader, ...paths, draft])
  renameSync(draft, program)
  return dirname(program)
}

/**
 * @param {string} folder
 * @param {RegExp} name
 */
function inFolder(folder, name) {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((entry) => name.test(entry))
  return names.map((entry) => join(folder, entry))
}

/**
 * What is tested on this release: the folders of our own tests called `all` and by a release that is not newer, and tests of
 * every day.
 *
 * @param {string} version
 * @param {boolean} isBounded
 */
function testsFor(version, isBounded) {
  const number = (/** @type {string} */ text) => {
    const [major = 0, minor = 0] = text.split('.').map((word) => Number.parseInt(word, 10))
    return 1000 * major + minor
  }
  const isFor = (/** @type {string} */ since) => number(since) <= number(version)
  const folders = readdirSync(join(root, own)).filter((name) => name === 'all' || (/^\d/.test(name) && isFor(name)))
  const files = Object.entries(everyday).filter(([, { since, bounded }]) => isFor(since) && (bounded || !isBounded))
  return [...folders.map((name) => `${own}/${name}/`), ...files.map(([file]) => file)]
}

/**
 * Runs the tests with this HAProxy before all others in PATH.
 *
 * @param {string} release
 * @param {boolean} isBounded
 */
function testOn(release, isBounded) {
  const folder = release.includes('/') ? dirname(resolve(release)) : unpack(release)
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` }
  const [line = ''] = spawnSync('haproxy', ['-v'], { env, encoding: 'utf8' }).stdout?.split('\n') ?? []
  const [, version] = /version (\S+)/.exec(line) ?? []
  if (version === undefined) throw new ScriptError(`test:releases: HAProxy ${release} does not run: ${line}`)
  console.log(`test:releases: ${line}`)
  const files = testsFor(version, isBounded)
  return runTests(process.execPath, [vitest, 'run', '--config', 'vitest.releases.config.ts', ...files], env)
}

testEachRelease({
  command: 'test:releases',
  program: 'HAProxy',
  known: Object.keys(suites),
  paths: true,
  testOn,
})
