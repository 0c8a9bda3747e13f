import { constants } from 'node:fs'
import { access, mkdir, rename, rmdir, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Diagnostic } from '../configuration/diagnostic.ts'
import { diskHint, reasonOf } from '../errors.ts'
import { directoryMode } from './contract.ts'

const othersMayWrite = 0o002

/** A directory that a program needs for itself, by the option that names it. */
export interface DirectoryOption {
  readonly section: string
  readonly option: string
  readonly path: string
}

/** What a usable directory is on; without `inode` while it is still to be made. */
export interface DirectoryPlace {
  readonly device: number
  readonly inode?: number
}

/**
 * Whether a program can keep things in a directory: it is there, or can be made in its parent; we may read and write it,
 * and not everybody else may. A parent that is `base`, which `makeBaseDirectory` makes, may be missing. Makes nothing.
 */
export async function inspectDirectory(
  directory: DirectoryOption,
  base?: string,
): Promise<DirectoryPlace | { error: Diagnostic }> {
  const { path } = directory
  try {
    const stats = await stat(path)
    if (!stats.isDirectory()) return wrong(directory, 'is not a directory', 'remove it, or set another')
    const error = await accessError(path)
    if (error !== undefined)
      return wrong(directory, `cannot be written to (${reasonOf(error)})`, ownershipHint(path, error))
    if ((stats.mode & othersMayWrite) === 0) return { device: stats.dev, inode: stats.ino }
    const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0')
    const message = `may be written to by everybody (mode ${mode}), who could forge or remove what is in it`
    return wrong(directory, message, `chmod o-w ${path}`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      return wrong(directory, `cannot be used (${reasonOf(error)})`)
    return inspectParent(directory, base)
  }
}

/** Makes a directory where it is missing and its parent is there. Rejects with an error of the system. */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { mode: directoryMode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** The same, with those above it. Node.js (`recursive`) says ENOENT where the disk is full. */
export async function makeDirectories(path: string): Promise<void> {
  try {
    await makeDirectory(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    await makeDirectories(dirname(path))
    await makeDirectory(path)
  }
}

/**
 * Tries whether snapshots can be moved from the directory of an option into another in one step, with an empty directory that
 * is removed again. Bind mounts of one file system refuse it, as `ReadWritePaths=` and volumes of containers make them, and
 * nothing but trying tells. A directory that is not there yet is no error.
 */
export async function inspectMove(from: DirectoryOption, to: string): Promise<Diagnostic | undefined> {
  const name = `.haproxystats-trial-${from.section}`
  const [here, there] = [join(from.path, name), join(to, name)]
  try {
    await mkdir(here)
  } catch (error) {
    // One that is there was left by a program that was killed. Who needs to write here is told so by `inspectDirectory`.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return undefined
  }
  try {
    await rename(here, there)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    const message = `its snapshots cannot be moved into ${to} in one step (${reasonOf(error)})`
    const hint = `two bind mounts or volumes are two file systems: mount ${dirname(to)} instead, which holds both`
    const its = wrong(from, message, code === 'EXDEV' ? hint : ownershipHint(to, error))
    return its.error
  } finally {
    for (const path of [here, there]) await rmdir(path).catch(() => undefined)
  }
}

/** Makes `base-dir` with its parents, where they are missing; an error that remains is found by `inspectDirectory`. */
export async function makeBaseDirectory(path: string): Promise<void> {
  await makeDirectories(path).catch(() => undefined)
}

async function inspectParent(
  directory: DirectoryOption,
  base: string | undefined,
): Promise<DirectoryPlace | { error: Diagnostic }> {
  const own = dirname(directory.path)
  const parent = base !== undefined && resolve(base) === own ? await nearestThere(own) : own
  const missing = 'does not exist and cannot be made'
  try {
    const stats = await stat(parent)
    if (!stats.isDirectory()) return wrong(directory, `${missing}, because ${parent} is not a directory`)
    const error = await accessError(parent)
    if (error !== undefined) {
      return wrong(directory, `${missing} in ${parent} (${reasonOf(error)})`, ownershipHint(parent, error))
    }
    return { device: stats.dev }
  } catch (error) {
    const hint = `make the parent: install -d -m 0750 -o ${userInfo().username} ${parent}`
    return wrong(directory, `${missing}, because of its parent (${reasonOf(error)})`, hint)
  }
}

async function accessError(path: string): Promise<unknown> {
  return access(path, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** The directory itself, or the first above it that is there. */
async function nearestThere(path: string): Promise<string> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => error)
  const missing = stats instanceof Error && stats.code === 'ENOENT' && dirname(path) !== path
  return missing ? nearestThere(dirname(path)) : path
}

function wrong({ section, option, path }: DirectoryOption, message: string, hint?: string): { error: Diagnostic } {
  return { error: { section, option, found: path, message, hint } }
}

function ownershipHint(path: string, error?: unknown): string {
  return diskHint(error) ?? `this program runs as ${userInfo().username}: chown ${userInfo().username} ${path}`
}
