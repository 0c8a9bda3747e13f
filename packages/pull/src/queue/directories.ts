import { readdir } from 'node:fs/promises'
import {
  type Configuration,
  type Diagnostic,
  type DirectoryPlace,
  diskHint,
  inspectDirectory,
  inspectMove,
  makeDirectory,
  reasonOf,
  renderDiagnostic,
  StatsError,
} from '@haproxystats/core'
import { permissionHint } from '../check/permission-hint.ts'
import { secretProblems } from '../sources/secrets.ts'

const ours = ['dst-dir', 'tmp-dst-dir'] as const
type Ours = (typeof ours)[number]

/**
 * Makes `dst-dir` and `tmp-dst-dir` where they are missing and their parent is there, and checks both. Throws
 * `CONFIGURATION`, with everything that is wrong; `QUEUE_IO` when only the disk keeps them from being made.
 */
export async function prepareDirectories(options: Configuration['pull']): Promise<void> {
  const failed: Diagnostic[] = []
  for (const option of ours) {
    await makeDirectory(options[option]).catch((error: unknown) => {
      failed.push(problemWith(options, option, `cannot be made (${reasonOf(error)})`, diskHint(error)))
    })
  }
  const found = await directoryProblems(options)
  if (found.length > 0) throw new StatsError('CONFIGURATION', found.map(renderDiagnostic).join('\n'))
  if (failed.length > 0) throw new StatsError('QUEUE_IO', failed.map(renderDiagnostic).join('\n'))
}

/**
 * Both directories, without making them, and files with secrets. Unless the program is `starting`, `socket-dir` too: HAProxy may come later, or
 * give access later, so that keeps nobody from running.
 */
export async function surroundingProblems(configuration: Configuration, starting: boolean): Promise<Diagnostic[]> {
  const options = configuration.pull
  const directory = options['socket-dir']
  const ofDirectories = await directoryProblems(options, configuration.paths['base-dir'])
  const from = { section: 'pull', option: 'tmp-dst-dir', path: options['tmp-dst-dir'] }
  const move = ofDirectories.length === 0 ? await inspectMove(from, options['dst-dir']) : undefined
  const problems = [...ofDirectories, ...(move === undefined ? [] : [move]), ...(await secretProblems(options))]
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

async function directoryProblems(options: Configuration['pull'], base?: string): Promise<Diagnostic[]> {
  const inspect = (option: Ours) => inspectDirectory({ section: 'pull', option, path: options[option] }, base)
  const found = await Promise.all(ours.map(inspect))
  const problems = found.flatMap((inspection) => ('error' in inspection ? inspection.error : []))
  if (problems.length > 0) return problems
  const [queue, temporary] = found as [DirectoryPlace, DirectoryPlace]
  const other = options['dst-dir']
  if (queue.device !== temporary.device) {
    const why = 'because a snapshot is moved from one to the other in one step'
    const hint = 'put both under one base-dir'
    return [problemWith(options, 'tmp-dst-dir', `must be on the file system of dst-dir, ${other}, ${why}`, hint)]
  }
  if (queue.inode !== undefined && queue.inode === temporary.inode) {
    const why = 'where unfinished snapshots would be in the queue'
    return [problemWith(options, 'tmp-dst-dir', `is the same directory as dst-dir, ${other}, ${why}`, 'set another')]
  }
  return []
}

function problemWith(options: Configuration['pull'], option: Ours, message: string, hint?: string): Diagnostic {
  const problem = { section: 'pull', option, found: options[option], message }
  return hint === undefined ? problem : { ...problem, hint }
}
