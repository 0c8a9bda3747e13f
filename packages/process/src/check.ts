import { constants } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import {
  type Configuration,
  didYouMean,
  inspectDirectory,
  makeDirectory,
  type Problem,
  reasonOf,
} from '@haproxystats/core'
import { objectKinds, selectableFields } from './pipeline/plan.ts'

/** Everything that must be right before the queue is touched. Makes nothing. */
export async function surroundingProblems(configuration: Configuration): Promise<Problem[]> {
  const problems = await Promise.all([
    queueProblems(configuration),
    ...excludeOptions.map((option) => excludeProblems(configuration, option)),
    localStoreProblems(configuration),
  ])
  return [...metricProblems(configuration), ...problems.flat()]
}

/** Makes the queue where it is missing and its parent is there: the programs may start in any order. */
export async function prepareQueue(configuration: Configuration): Promise<void> {
  await makeDirectory(configuration.process['src-dir'])
}

/** Names that `*-metrics` list and no object of the kind has. */
function metricProblems({ process }: Configuration): Problem[] {
  return objectKinds.flatMap((kind) => {
    const option = `${kind}-metrics` as const
    const valid = ['all', ...selectableFields(kind)]
    const unknown = (process[option] ?? []).filter((name) => !valid.includes(name))
    return unknown.map((name) => {
      const known = `the fields of ${kind}s are ${valid.slice(1).join(' ')}, or all for all of them`
      const guess = didYouMean(name, valid)
      const hint = guess === undefined ? known : `${guess} ${known}`
      return { section: 'process', option, found: name, message: `is not a field of ${kind}s`, hint }
    })
  })
}

async function queueProblems({ process }: Configuration): Promise<Problem[]> {
  const found = await inspectDirectory({ section: 'process', option: 'src-dir', path: process['src-dir'] })
  if ('problem' in found) return [found.problem]
  const parent = dirname(process['src-dir'])
  try {
    await access(parent, constants.W_OK | constants.X_OK)
    return []
  } catch (error) {
    const message = `cannot be emptied: snapshots that are finished or broken are moved to its parent (${reasonOf(error)})`
    const hint = `let ${userInfo().username} write to ${parent}`
    return [{ section: 'process', option: 'src-dir', found: process['src-dir'], message, hint }]
  }
}

const excludeOptions = ['exclude-frontends', 'exclude-backends'] as const

async function excludeProblems(
  { process }: Configuration,
  option: (typeof excludeOptions)[number],
): Promise<Problem[]> {
  const path = process[option]
  if (path === undefined) return []
  try {
    await readFile(path)
    return []
  } catch (error) {
    const hint = 'make the file, it may be empty, or leave the option out'
    return [{ section: 'process', option, found: path, message: `cannot be read (${reasonOf(error)})`, hint }]
  }
}

async function localStoreProblems(configuration: Configuration): Promise<Problem[]> {
  const path = configuration['local-store']?.dir
  if (path === undefined) return []
  const found = await inspectDirectory({ section: 'local-store', option: 'dir', path })
  if (!('problem' in found)) return []
  const parent = await stat(dirname(path)).catch(() => undefined)
  return parent === undefined ? [] : [found.problem]
}
