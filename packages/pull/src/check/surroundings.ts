import { readdir } from 'node:fs/promises'
import { type Configuration, type Diagnostic, reasonOf } from '@haproxystats/core'
import { directoryProblems } from '../queue/directories.ts'
import { permissionHint } from '../sources/permission-hint.ts'
import { secretProblems } from '../sources/secrets.ts'

/**
 * What is wrong with directories and with files of passwords and keys. `socket-dir` counts only in a check, not when the
 * program is `starting`: HAProxy may start later, or grant access later.
 */
export async function surroundingProblems(configuration: Configuration, starting: boolean): Promise<Diagnostic[]> {
  const options = configuration.pull
  const problems = [...(await directoryProblems(configuration)), ...(await secretProblems(options))]
  const directory = options['socket-dir']
  if (starting || directory === undefined) return problems
  try {
    await readdir(directory)
    return problems
  } catch (error) {
    const message = `cannot be read (${reasonOf(error)})`
    const denied = (error as NodeJS.ErrnoException).code === 'EACCES'
    const hint = denied ? permissionHint(directory) : 'set it to the directory of the stats sockets of HAProxy'
    return [...problems, { section: 'pull', option: 'socket-dir', found: directory, message, hint }]
  }
}
