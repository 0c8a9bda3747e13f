// @ts-check
// Installs the Debian package on a machine of its own, where systemd is process 1, and tries what the units promise: npm run
// test:systemd. As root, because of the file systems it makes; needs mmdebstrap and about 15 minutes, for the whole machine is
// emulated. Leaves the console of the machine in dist/systemd-console.log.
import { spawnSync } from 'node:child_process'
import { appendFileSync, chownSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packDeb } from '../../../scripts/package/deb.mjs'
import { inScratch } from '../../../scripts/package/stage.mjs'
import { root as checkout, quietly } from '../../../scripts/setup/quietly.mjs'
import { report, ScriptError } from '../../../scripts/setup/script-error.mjs'
import { furnish, kernelOf, makeEmulator, makeRoot } from './root.mjs'

/** How long a boot and its checks may take, in milliseconds. */
const longest = 2_700_000

/** The user nobody of Debian, who runs the emulator. */
const nobody = 65534

const consoleLog = join(checkout, 'dist/systemd-console.log')

/** By paths within the root of the emulator. A processor that is emulated faster than the newest. */
const machine = `-machine q35 -accel tcg,thread=multi -cpu Nehalem,+rdrand -smp 2 -m 2048
  -nodefaults -display none -no-reboot -nic none -kernel /vm/kernel -initrd /vm/initrd
  -drive file=/vm/disk,format=raw,if=virtio,cache=unsafe -serial file:/vm/console -serial file:/vm/results`.split(/\s+/)
const kernelCommandLine = 'root=/dev/vda rw console=ttyS0 panic=-1'

/**
 * Boots the machine once, until it turns itself off. Its second serial line has the results.
 * @param {string} title
 * @param {string} emulator the root of it, with the machine in vm
 */
function boot(title, emulator) {
  console.log(`-- ${title}`)
  const command = ['chroot', `--userspec=${nobody}:${nobody}`, emulator, 'qemu-system-x86_64', ...machine]
  command.push('-append', kernelCommandLine)
  const { status, signal, error, stderr } = spawnSync('setpriv', ['--pdeathsig', 'KILL', ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'inherit', 'pipe'],
    timeout: longest,
    killSignal: 'SIGKILL',
  })
  const read = (/** @type {string} */ name) =>
    readFileSync(join(emulator, 'vm', name), { encoding: 'utf8', flag: 'a+' })
  appendFileSync(consoleLog, read('console'))
  const results = read('results').replaceAll('\r', '')
  process.stdout.write(results)
  const end = error?.message ?? signal ?? `exit code ${status}`
  if (status !== 0) throw new ScriptError(`the machine did not end by itself (${end}); see ${consoleLog}\n${stderr}`)
  if (!results.endsWith('passed\n')) throw new ScriptError(`${title}: failed; see ${consoleLog}`)
}

/** @param {string} scratch */
function tryUnits(scratch) {
  const root = join(scratch, 'root')
  const emulator = join(scratch, 'emulator')
  const vm = join(emulator, 'vm')
  makeRoot(root)
  furnish(root, packDeb(scratch))
  makeEmulator(emulator)
  mkdirSync(vm)
  quietly('mke2fs', 'mke2fs', ['-q', '-t', 'ext4', '-d', root, join(vm, 'disk'), '2G'])
  for (const [name, path] of Object.entries(kernelOf(root))) cpSync(path, join(vm, name))
  for (const path of [vm, join(vm, 'disk')]) chownSync(path, nobody, nobody)
  boot('installed, started, hurt', emulator)
  boot('booted again, removed', emulator)
}

try {
  if (process.getuid?.() !== 0) throw new ScriptError('test:systemd has to be root: it makes the root of a machine', 2)
  mkdirSync(join(checkout, 'dist'), { recursive: true })
  writeFileSync(consoleLog, '')
  inScratch('test-systemd', tryUnits)
} catch (error) {
  report(error)
}
