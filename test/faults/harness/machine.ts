import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Need } from './row.ts'

/** A row runs in its own namespaces: with its own ports and mounts, and its processes end with it. */
const unshare = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--']
export const isolated = [...unshare, 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']

const runs = (command: string, ...rest: string[]): boolean => spawnSync(command, rest, { stdio: 'ignore' }).status === 0
const isInstalled = (command: string) => runs('sh', '-c', `command -v ${command}`)

const tests: Record<Need, { readonly works: () => boolean; readonly missing: string }> = {
  namespaces: {
    works: () => runs(isolated[0] as string, ...isolated.slice(1), 'true'),
    missing: 'namespaces cannot be made here; it takes root and unshare',
  },
  strace: {
    works: () => runs('strace', '-f', '-o', '/dev/null', 'true'),
    missing: 'strace is missing or may not trace',
  },
  'loop-mount': {
    works: loopMountWorks,
    missing: 'an ext4 image cannot be mounted here; it takes root and loop devices',
  },
  haproxy: { works: () => isInstalled('haproxy'), missing: 'haproxy is not installed' },
  'carbon-c-relay': { works: () => isInstalled('carbon-c-relay'), missing: 'carbon-c-relay is not installed' },
  'carbon-cache': {
    works: () => isInstalled('carbon-cache'),
    missing: 'carbon-cache (graphite-carbon) is not installed',
  },
}

const known = new Map<Need, boolean>()

/** Why a row with these needs cannot be run on this machine; `undefined` when it can. */
export function obstacle(needs: readonly Need[]): string | undefined {
  for (const need of needs) {
    if (!known.has(need)) known.set(need, tests[need].works())
    if (!known.get(need)) return tests[need].missing
  }
  return undefined
}

function loopMountWorks(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'loop-'))
  const script = 'truncate -s 8M image && mkfs.ext4 -qF image && mkdir at && mount -o loop image at && umount at'
  const works = spawnSync('sh', ['-c', script], { cwd: directory, stdio: 'ignore' }).status === 0
  rmSync(directory, { recursive: true, force: true })
  return works
}
