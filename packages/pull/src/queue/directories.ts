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

const ours = ['dst-dir', 'tmp-dst-dir'] as const
type Ours = (typeof ours)[number]

/**
 * Makes `dst-dir` and `tmp-dst-dir` where they are missing and their parent exists, and checks both. Throws `CONFIGURATION`,
 * with everything that is wrong; `QUEUE_IO` when only the disk keeps them from being made.
 */
export async function prepareDirectories(options: Configuration['pull']): Promise<void> {
  const failed: Diagnostic[] = []
  for (const option of ours) {
    await makeDirectory(options[option]).catch((error: unknown) => {
      failed.push(problemWith(options, option, `cannot be made (${reasonOf(error)})`, diskHint(error)))
    })
  }
  const found = await inspectBoth(options)
  if (found.length > 0) throw new StatsError('CONFIGURATION', found.map(renderDiagnostic).join('\n'))
  if (failed.length > 0) throw new StatsError('QUEUE_IO', failed.map(renderDiagnostic).join('\n'))
}

/** What is wrong with both directories, without making them. */
export async function directoryProblems({ pull: options, paths }: Configuration): Promise<Diagnostic[]> {
  const problems = await inspectBoth(options, paths['base-dir'])
  if (problems.length > 0) return problems
  const from = { section: 'pull', option: 'tmp-dst-dir', path: options['tmp-dst-dir'] }
  const move = await inspectMove(from, options['dst-dir'])
  return move === undefined ? [] : [move]
}

async function inspectBoth(options: Configuration['pull'], base?: string): Promise<Diagnostic[]> {
  const inspect = (option: Ours) => inspectDirectory({ section: 'pull', option, path: options[option] }, base)
  const found = await Promise.all(ours.map(inspect))
  const problems = found.flatMap((inspection) => ('error' in inspection ? inspection.error : []))
  if (problems.length > 0) return problems
  const [queue, temporary] = found as [DirectoryPlace, DirectoryPlace]
  const other = options['dst-dir']
  if (queue.device !== temporary.device) {
    const message = `must be on the file system of dst-dir, ${other}: a snapshot is moved there by a rename`
    return [problemWith(options, 'tmp-dst-dir', message, 'put both under one base-dir')]
  }
  if (queue.inode !== undefined && queue.inode === temporary.inode) {
    const message = `is the same directory as dst-dir, ${other}, so unfinished snapshots would be in the queue`
    return [problemWith(options, 'tmp-dst-dir', message, 'set another')]
  }
  return []
}

function problemWith(options: Configuration['pull'], option: Ours, message: string, hint?: string): Diagnostic {
  return { section: 'pull', option, found: options[option], message, ...(hint !== undefined && { hint }) }
}
