// @ts-check
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { quietly } from './quietly.mjs'
import { ScriptError } from './script-error.mjs'

/** @typedef {'start' | 'test' | 'contrib' | 'page' | 'machine' | 'releases'} Purpose */

/**
 * The programs that come from Debian or Ubuntu: what to look for, the package that brings it, and what for.
 * @type {readonly { command: string, package: string, purposes: readonly Purpose[], why: string }[]}
 */
const tools = [
  {
    command: 'haproxy',
    package: 'haproxy',
    purposes: ['start', 'test', 'page'],
    why: 'the load balancer whose statistics are read',
  },
  { command: 'carbon-c-relay', package: 'carbon-c-relay', purposes: ['test'], why: 'a real receiver of datapoints' },
  { command: 'carbon-cache', package: 'graphite-carbon', purposes: ['test'], why: 'Graphite itself as a receiver' },
  {
    command: 'prometheus',
    package: 'prometheus',
    purposes: ['test'],
    why: 'scrapes /metrics, and its promtool checks them',
  },
  {
    command: 'prometheus-haproxy-exporter',
    package: 'prometheus-haproxy-exporter',
    purposes: ['test'],
    why: 'takes what is served over HTTP for an HAProxy',
  },
  { command: 'strace', package: 'strace', purposes: ['test'], why: 'makes system calls fail on request' },
  { command: 'systemd-analyze', package: 'systemd', purposes: ['test'], why: 'checks the units' },
  { command: 'nagios4', package: 'nagios4-core', purposes: ['contrib'], why: 'runs the checks' },
  { command: 'ansible-playbook', package: 'ansible-core', purposes: ['contrib'], why: 'runs the role' },
  { command: 'ansible-lint', package: 'ansible-lint', purposes: ['contrib'], why: 'checks the role' },
  { command: 'puppet', package: 'puppet-agent', purposes: ['contrib'], why: 'applies the module' },
  { command: 'puppet-lint', package: 'puppet-lint', purposes: ['contrib'], why: 'checks the module' },
  { command: 'monit', package: 'monit', purposes: ['contrib'], why: 'checks its configuration' },
  { command: 'docker-compose', package: 'docker-compose', purposes: ['contrib'], why: 'checks the composition' },
  { command: 'python3', package: 'python3', purposes: ['test'], why: 'receives what is sent to systemd' },
  { command: 'mandoc', package: 'mandoc', purposes: ['test'], why: 'checks the manual pages' },
  { command: 'zsh', package: 'zsh', purposes: ['test'], why: 'checks its completion' },
  { command: 'chromium', package: 'chromium', purposes: ['page'], why: 'shows the page' },
  {
    command: 'mmdebstrap',
    package: 'mmdebstrap',
    purposes: ['machine', 'releases'],
    why: 'makes the root of a machine, and unpacks packages of other releases',
  },
  { command: 'patchelf', package: 'patchelf', purposes: ['releases'], why: 'lets them run with their own libraries' },
  { command: 'openssl', package: 'openssl', purposes: ['test', 'releases'], why: 'makes certificates' },
  { command: 'mke2fs', package: 'e2fsprogs', purposes: ['machine'], why: 'makes its disk' },
  { command: 'lintian', package: 'lintian', purposes: ['test'], why: 'checks the Debian package' },
]

/**
 * Installs as root. Meanwhile a policy forbids starting services, unless the machine has its own policy: the
 * packages bring services, and only their programs are wanted. The lists are fetched when there are none, and once
 * more when an install fails, for they may be old.
 */
const installScript = `
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' >"$policy"
  chmod 755 "$policy"
fi
install() { apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"; }
ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 && install "$@" && exit
apt-get update && install "$@"
`

/**
 * Installs the programs of a purpose that are missing, or throws a `ScriptError` with what to install.
 * @param {Purpose} purpose
 */
export function installTools(purpose) {
  const missing = tools.filter((tool) => tool.purposes.includes(purpose) && findCommand(tool.command) === undefined)
  if (missing.length === 0) return
  const asRoot = findCommand('apt-get') === undefined ? undefined : waysToRoot()
  if (asRoot === undefined) throw new ScriptError(whatToInstall(missing, 'and cannot be installed from here'))
  const packages = missing.map((tool) => tool.package).join(', ')
  console.log(`setup: installing ${packages} with apt-get`)
  const [command = 'sh', ...args] = [...asRoot, 'sh', '-c', installScript, 'sh', ...missing.map((tool) => tool.package)]
  quietly(`Installing ${packages} with apt-get`, command, args)
  if (existsSync('/run/systemd/system')) {
    console.log(
      'setup: services of these packages were not started, but may be at the next boot; see systemctl disable',
    )
  }
  const absent = missing.filter((tool) => findCommand(tool.command) === undefined)
  if (absent.length > 0) throw new ScriptError(whatToInstall(absent, 'though apt-get reported no error'))
}

/**
 * Where a command is, in PATH or where Debian keeps the administrator's commands, which are in no user's PATH.
 * @param {string} command
 */
export function findCommand(command) {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    '/usr/sbin',
    '/usr/bin',
  ]
  return folders.map((folder) => join(folder, command)).find(isExecutable)
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** What to put before a command to run it as root without being asked for a password; undefined when there is no way. */
function waysToRoot() {
  if (process.getuid?.() === 0) return []
  const sudo = findCommand('sudo')
  if (sudo === undefined) return undefined
  return spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? [sudo, '-n'] : undefined
}

/**
 * @param {readonly { command: string, package: string, why: string }[]} missing
 * @param {string} circumstance
 */
function whatToInstall(missing, circumstance) {
  return [
    `These programs are missing, ${circumstance}:`,
    ...missing.map((tool) => `  ${tool.command}: ${tool.why}`),
    'On Debian and Ubuntu this installs them, as root; then run the command again:',
    `  apt-get install --no-install-recommends ${missing.map((tool) => tool.package).join(' ')}`,
  ].join('\n')
}
