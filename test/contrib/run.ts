import { spawnSync } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a command to its end, by default in the top folder. */
export function run(command: string, args: readonly string[], { cwd = root, env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 100_000,
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
  })
  if (error !== undefined) throw error
  return { status, output: `${stdout}${stderr}` }
}

/** A directory in which haproxystats-process can be called as where it is installed. */
export async function installedPrograms(directory: string): Promise<string> {
  const programs = join(directory, 'programs')
  await mkdir(programs)
  for (const name of ['pull', 'process']) {
    const bin = join(root, `packages/${name}/bin/haproxystats-${name}.js`)
    const path = join(programs, `haproxystats-${name}`)
    await writeFile(path, `#!/bin/sh\nexec ${process.execPath} ${bin} "$@"\n`)
    await chmod(path, 0o755)
  }
  return programs
}
