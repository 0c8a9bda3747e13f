// @ts-check
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { quietly } from '../../../scripts/setup/quietly.mjs'
import { ScriptError } from '../../../scripts/setup/script-error.mjs'
import { readDropIns } from './drop-ins.mjs'

const beside = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url))

/** The first Debian whose own Node.js is new enough. */
const suite = 'trixie'

/** What the machine has besides the essential packages; HAProxy and the relay are started by units of their own. */
const packages = [
  'systemd',
  'systemd-sysv',
  'udev',
  'linux-image-cloud-amd64',
  'initramfs-tools',
  'adduser',
  'nodejs',
  'haproxy',
  'carbon-c-relay',
]

/** The few modules that the root file system needs: all of them take a minute more at every boot. */
const settings = `
mkdir -p "$1/etc/initramfs-tools/conf.d"
printf 'virtio_pci\\nvirtio_blk\\next4\\n' >>"$1/etc/initramfs-tools/modules"
printf 'MODULES=list\\nCOMPRESS=gzip\\n' >"$1/etc/initramfs-tools/conf.d/small"
`

/** What is put where in the machine. @type {readonly (readonly [from: string, to: string])[]} */
const files = [
  ['checks.sh', 'test/checks.sh'],
  ['first-boot.sh', 'test/first-boot.sh'],
  ['second-boot.sh', 'test/second-boot.sh'],
  ['drop-ins.sh', 'test/drop-ins.sh'],
  ['health.mjs', 'test/health.mjs'],
  ['haproxystats.conf', 'test/haproxystats.conf'],
  ['haproxy.cfg', 'etc/haproxy/haproxy.cfg'],
  ['carbon-c-relay.conf', 'etc/carbon-c-relay.conf'],
  ['haproxystats-test.service', 'etc/systemd/system/haproxystats-test.service'],
]

/** The emulator of the same Debian: older ones let a kernel of today stumble. */
const emulator = ['qemu-system-x86']

/**
 * Makes a Debian in an empty directory; nothing of it is started here.
 * @param {string} directory
 * @param {readonly string[]} include
 * @param {readonly string[]} further arguments of mmdebstrap
 */
function makeDebian(directory, include, further) {
  const without = ['doc', 'man', 'locale'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`)
  const kind = ['--mode=root', '--variant=minbase', '--format=directory', `--include=${include.join(',')}`]
  quietly('mmdebstrap', 'mmdebstrap', [...kind, ...without, ...further, suite, directory])
}

/** @param {string} root of the machine */
export function makeRoot(root) {
  makeDebian(root, packages, [`--essential-hook=${settings}`])
}

/** @param {string} root of a Debian that has nothing but the emulator */
export function makeEmulator(root) {
  makeDebian(root, emulator, [])
}

/**
 * Puts the package and what checks it into the root.
 * @param {string} root
 * @param {string} path of the package
 */
export function furnish(root, path) {
  mkdirSync(join(root, 'test'), { recursive: true })
  cpSync(path, join(root, 'test/haproxystats.deb'))
  for (const [from, to] of files) cpSync(beside(from), join(root, to))
  mkdirSync(join(root, 'test/drop-ins'), { recursive: true })
  for (const { name, text } of readDropIns()) writeFileSync(join(root, 'test/drop-ins', name), text)
  const certificate = ['-keyout', join(root, 'test/privkey.pem'), '-out', join(root, 'test/fullchain.pem')]
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=lb1.example.com']
  quietly('making a certificate', 'openssl', ['req', ...kind, ...certificate])
  writeFileSync(join(root, 'test/stage'), 'first-boot.sh\n')
  writeFileSync(join(root, 'etc/hostname'), 'lb1\n')
  const prepare = `
    install -d -o carbon-c-relay -g carbon-c-relay /var/lib/relay
    systemctl --quiet enable haproxystats-test.service
    systemctl --quiet mask serial-getty@ttyS0.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer`
  quietly('preparing the machine', 'chroot', [root, 'sh', '-euc', prepare])
}

/** The kernel and what it boots from. @param {string} root */
export function kernelOf(root) {
  const names = readdirSync(join(root, 'boot'))
  const find = (/** @type {string} */ start) => {
    const name = names.find((candidate) => candidate.startsWith(start))
    if (name === undefined) throw new ScriptError(`no ${start}… in boot of the machine: found ${names.join(', ')}`)
    return join(root, 'boot', name)
  }
  return { kernel: find('vmlinuz-'), initrd: find('initrd.img-') }
}
