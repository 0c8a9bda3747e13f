// @ts-check
// Runs the tests that need HAProxy on other releases of it: npm run test:releases [-- [--bounded] 2.2 2.6 …]. Each comes from
// a Debian that has it, and runs with that Debian's libraries. After a build.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { Problem, report } from './setup/problem.mjs'
import { quietly, root } from './setup/quietly.mjs'

/** The releases and the Debian of each; the newest is whatever sid has. @type {Readonly<Record<string, string>>} */
const suites = { 2.2: 'bullseye', 2.6: 'bookworm', '3.0': 'trixie', newest: 'sid' }

/** What is tested on every release, and what more unless bounded. */
const bounded = ['test/releases/', 'test/http/exporter.test.ts']
const whole = [
  ...bounded,
  'test/http/haproxy-forms.test.ts',
  'test/pull/daemons.test.ts',
  ...['counters', 'leave-out', 'master', 'partial'].map((name) => `test/sources/${name}.test.ts`),
]

const cache = join(root, 'node_modules/.cache/haproxystats-releases')

/** How long the tests of one release may take, in milliseconds. */
const longest = 600_000

/** @param {readonly string[]} args */
function readArguments(args) {
  const known = Object.keys(suites)
  const words = args.filter((word) => word !== '--bounded')
  const chosen = known.filter((name) => words.includes(name))
  if (chosen.length < words.length) {
    throw new Problem(`test:releases: found "${words.join(' ')}", expected --bounded and any of ${known.join(', ')}`, 2)
  }
  return { chosen: chosen.length > 0 ? chosen : known, paths: args.includes('--bounded') ? bounded : whole }
}

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
  if (loader === undefined) throw new Problem(`test:releases: no dynamic loader in ${packages}`)
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
 * Runs the tests with this HAProxy before all others in PATH.
 *
 * @param {string} release
 * @param {readonly string[]} paths
 */
function testOn(release, paths) {
  const folder = unpack(release)
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` }
  const { stdout } = spawnSync('haproxy', ['-v'], { env, encoding: 'utf8' })
  console.log(`test:releases: ${stdout?.split('\n')[0] ?? `HAProxy of Debian ${suites[release]} does not run`}`)
  const vitest = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'vitest.releases.config.ts',
    ...paths,
  ]
  const { status } = spawnSync(process.execPath, vitest, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: longest,
    killSignal: 'SIGTERM',
  })
  return status === 0
}

try {
  const { chosen, paths } = readArguments(process.argv.slice(2))
  const failed = chosen.filter((release) => !testOn(release, paths))
  if (failed.length > 0) throw new Problem(`test:releases: failed on HAProxy ${failed.join(', ')}`)
  console.log(`test:releases: passed on HAProxy ${chosen.join(', ')}`)
} catch (error) {
  report(error)
}
