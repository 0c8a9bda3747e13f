import { accessSync, constants, readFileSync, type Stats, statSync } from 'node:fs'

/**
 * What to do about a socket or a directory to which permission is denied: the group to join, by name when `/etc/group` has
 * it, or how to set one. Never throws; it names the path alone when nothing more is known.
 */
export function permissionHint(path: string): string {
  try {
    const closed = closedDirectory(path)
    if (closed !== undefined)
      return `permission denied on its directory ${closed}: ${hintFor(closed, statSync(closed))}`
    return hintFor(path, statSync(path))
  } catch {
    return `give the user of this program access to ${path}, usually by adding it to the group haproxy`
  }
}

/** The first directory of a path that may not be searched. */
function closedDirectory(path: string): string | undefined {
  const names = path.split('/').slice(1, -1)
  const ways = names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)
  return ways.find((directory) => {
    try {
      accessSync(directory, constants.X_OK)
      return false
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EACCES'
    }
  })
}

function hintFor(path: string, stats: Stats): string {
  const group = groupName(stats.gid)
  const needed = stats.isDirectory() ? 0o050 : 0o020
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0')
  const found = `it belongs to the group ${group}, mode ${mode}`
  if (stats.gid !== 0 && (stats.mode & needed) === needed) {
    return `${found}; add the user of this program to that group: usermod -aG ${group} <user>`
  }
  const todo = stats.isDirectory()
    ? `give access to a group of the user of this program: chgrp haproxy ${path} && chmod g+rx ${path}`
    : 'give access to a group of the user of this program: add "mode 660 group haproxy" to the "stats socket" line of HAProxy'
  return `${found}; ${todo}`
}

function groupName(gid: number): string {
  const lines = readFileSync('/etc/group', 'utf8').split('\n')
  const line = lines.find((entry) => entry.split(':')[2] === String(gid))
  return line?.split(':')[0] ?? String(gid)
}
