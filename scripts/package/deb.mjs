// @ts-check
// Builds the Debian package: node scripts/package/deb.mjs [directory]. After a build; needs dpkg-deb.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { quietly, root } from '../setup/quietly.mjs'
import { report } from '../setup/script-error.mjs'
import { copyModules, pageModules, runtimeModules } from './modules.mjs'
import { documents, inScratch, readManifest, settleModes, stagePackage } from './stage.mjs'

const name = 'haproxystats'
const programs = ['haproxystats-pull', 'haproxystats-process']
const scripts = ['postinst', 'prerm', 'postrm']

/** Below these every file is a conffile, as policy wants it. */
const configuration = 'etc'

/** What goes where beside the programs. @type {readonly (readonly [from: string, to: string])[]} */
const files = [
  ['contrib/haproxystats.conf', 'etc/haproxystats.conf'],
  ['systemd/haproxystats-pull.service', 'usr/lib/systemd/system/haproxystats-pull.service'],
  ['systemd/haproxystats-process.service', 'usr/lib/systemd/system/haproxystats-process.service'],
  ['contrib/nagios', 'usr/lib/nagios/plugins'],
  ['packaging/completion/bash', 'usr/share/bash-completion/completions'],
  ['packaging/completion/zsh', 'usr/share/zsh/vendor-completions'],
]

/** Compressed, as policy wants it. @type {readonly (readonly [from: string, to: string])[]} */
const compressed = [
  ['README.md', 'usr/share/doc/haproxystats/README.md.gz'],
  ...documents.map((path) => /** @type {const} */ ([path, `usr/share/doc/haproxystats/${path}.gz`])),
  ['CHANGELOG.md', 'usr/share/doc/haproxystats/changelog.gz'],
  ...readdirSync(join(root, 'packaging/man')).map(
    (page) => /** @type {const} */ ([`packaging/man/${page}`, `usr/share/man/man${page.at(-1)}/${page}.gz`]),
  ),
]

/** A pre-release sorts before its release: `2.0.0-beta.1` becomes `2.0.0~beta.1-1`. @param {string} version */
export function debianVersion(version) {
  return `${version.replace('-', '~')}-1`
}

/** The maintainer of the package that is built, from the variables of Debian's tools. */
function maintainer() {
  const { DEBFULLNAME = 'haproxystats', DEBEMAIL = 'haproxystats@packages.invalid' } = process.env
  return `${DEBFULLNAME} <${DEBEMAIL}>`
}

/** The date of all files, in seconds: `SOURCE_DATE_EPOCH`, else that of the commit, else the time 0. */
function sourceDate() {
  const given = process.env['SOURCE_DATE_EPOCH']
  if (given !== undefined && /^\d+$/.test(given)) return Number(given)
  const { stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' })
  return Number(stdout ?? 0)
}

/**
 * Builds `haproxystats_<version>_all.deb` and returns its path. The same sources give the same bytes.
 * @param {string} directory
 * @param {string} [version]
 */
export function packDeb(directory, version = debianVersion(readManifest(root).version)) {
  mkdirSync(directory, { recursive: true })
  // dpkg-deb sets what is newer than this date back to it, and everything is newer, because it was just written.
  return inScratch(`deb-${version}`, (scratch) => {
    const tree = join(scratch, 'tree')
    layOut(tree, scratch, version)
    const path = join(directory, `${name}_${version}_all.deb`)
    const build = `SOURCE_DATE_EPOCH=${sourceDate()}`
    quietly('dpkg-deb', 'env', [build, 'dpkg-deb', '--root-owner-group', '-Zxz', '--build', tree, path])
    return path
  })
}

/** @param {string} tree @param {string} scratch @param {string} version */
function layOut(tree, scratch, version) {
  const stage = join(scratch, 'stage')
  const home = join(tree, 'usr/lib/haproxystats')
  stagePackage(stage)
  mkdirSync(home, { recursive: true })
  for (const part of ['bin', 'node_modules', 'package.json'])
    cpSync(join(stage, part), join(home, part), { recursive: true })
  const modules = runtimeModules()
  copyModules(modules, join(home, 'node_modules'))
  for (const program of programs) {
    const path = join(home, `bin/${program}.js`)
    writeFileSync(path, readFileSync(path, 'utf8').replace('#!/usr/bin/env node', '#!/usr/bin/node'))
    const link = join(tree, 'usr/bin', program)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(`../lib/haproxystats/bin/${program}.js`, link)
  }
  for (const [from, to] of files) {
    mkdirSync(dirname(join(tree, to)), { recursive: true })
    cpSync(join(root, from), join(tree, to), { recursive: true })
  }
  for (const [from, to] of compressed) write(join(tree, to), gzipSync(readFileSync(join(root, from)), { level: 9 }))
  const folder = join(tree, 'usr/share/doc/haproxystats')
  write(join(folder, 'changelog.Debian.gz'), gzipSync(changelog(version), { level: 9 }))
  write(join(folder, 'copyright'), copyright(modules))
  settleTree(tree)
  writeControl(tree, version)
}

/** @param {string} path @param {string | Buffer} content */
function write(path, content) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

/** @param {string} tree @param {string} version */
function writeControl(tree, version) {
  const template = readFileSync(join(root, 'packaging/debian/control'), 'utf8')
  const values = { version, maintainer: maintainer(), size: String(Math.ceil(sizeOf(tree) / 1024)) }
  const control = Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`@${key}@`, value), template)
  write(join(tree, 'DEBIAN/control'), control)
  const conffiles = list(join(tree, configuration)).map((path) => `/${path.slice(tree.length + 1)}\n`)
  write(join(tree, 'DEBIAN/conffiles'), conffiles.join(''))
  for (const script of scripts) {
    write(join(tree, 'DEBIAN', script), readFileSync(join(root, 'packaging/debian', script)))
    chmodSync(join(tree, 'DEBIAN', script), 0o755)
  }
}

/** @param {string} version */
function changelog(version) {
  const date = new Date(sourceDate() * 1000).toUTCString().replace('GMT', '+0000')
  return `${name} (${version}) unstable; urgency=medium\n\n  * The release of this number; see changelog.gz.\n\n -- ${maintainer()}  ${date}\n`
}

/** Ours, and what the packages inside say of themselves. @param {readonly import('./modules.mjs').Module[]} modules */
function copyright(modules) {
  const ours = readFileSync(join(root, 'packaging/debian/copyright'), 'utf8')
  const theirs = modules.map(({ place, license }) => {
    return `Files: usr/lib/haproxystats/node_modules/${place}/*\nCopyright: its authors, see LICENSE there\nLicense: ${license}\n`
  })
  const inPage = [...new Set(pageModules().map(({ license }) => license))]
  const page = `Files: usr/lib/haproxystats/node_modules/@haproxystats/page/dist/assets/*
Copyright: the authors of haproxystats, and those that ../licences.txt names
License: Apache-2.0 and ${inPage.join(' and ')}
`
  const licenses = [...new Set([...modules.map(({ license }) => license), ...inPage])].sort()
  const texts = licenses
    .filter((license) => license !== 'Apache-2.0')
    .map((license) => `License: ${license}\n The text is in LICENSE in the folder of the package.\n`)
  const apache = 'License: Apache-2.0\n On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.\n'
  return [ours, ...theirs, page, apache, ...texts].join('\n')
}

/** Every file below a folder. @param {string} folder @returns {string[]} */
function list(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? list(path) : [path]
  })
}

/** @param {string} folder */
function sizeOf(folder) {
  return list(folder).reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0)
}

/** A module may be executable only where it is a program. @param {string} tree */
function settleTree(tree) {
  settleModes(tree)
  for (const path of list(join(tree, 'usr/lib/haproxystats/node_modules'))) chmodSync(path, 0o644)
}

if (process.argv[1] === import.meta.filename) {
  try {
    console.log(packDeb(resolve(process.argv[2] ?? join(root, 'dist'))))
  } catch (error) {
    report(error)
  }
}
