import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * One change to all compiled files below some folders. The text must be there, so that a broken build is never the sound one
 * by mistake.
 */
interface Patch {
  readonly folders: readonly string[]
  readonly find: RegExp
  readonly replace: string
}

/** What a worker is made to do by a file `fault-<kind>` in its snapshot; with `-once` behind it only the first time. */
const workerFaults = `
  const { existsSync, rmSync } = process.getBuiltinModule('node:fs');
  for (const kind of ['throw', 'exit', 'memory', 'hang']) for (const once of ['-once', '']) {
    const file = path + '/fault-' + kind + once;
    if (!existsSync(file)) continue;
    if (once) rmSync(file);
    if (kind === 'throw') throw new Error('a worker that throws');
    if (kind === 'exit') process.exit(3);
    while (kind === 'hang');
    for (const all = []; ; ) all.push(Array(1e5).fill(all.length));
  }`

/** Builds that the suite runs: the sound one, and builds that break one promise each. */
const patches = {
  sound: [],
  /** Nothing is synced before it is published. */
  'no-sync': [
    {
      folders: ['pull/dist', 'core/dist'],
      find: /\b(part\.)?(handle|file|directory)\.sync\(\)/g,
      replace: 'Promise.resolve()',
    },
  ],
  /** A batch counts as delivered when the kernel has taken it. */
  'write-callback': [
    {
      folders: ['process/dist/outputs/graphite'],
      find: /async end\(timeout\) \{/,
      replace: 'async end(timeout) { return;',
    },
  ],
  /** Workers that fail on request. */
  'failing-workers': [
    {
      folders: ['process/dist/workers'],
      find: /(?=const \{[^}]*\} = pipeline\.run)/,
      replace: `${workerFaults}\n`,
    },
  ],
  /** An answer may end anywhere after a row. */
  'no-empty-line': [{ folders: ['haproxy/dist/query'], find: /if \(!this\.#ended\)/, replace: 'if (false)' }],
} as const satisfies Record<string, readonly Patch[]>

export type BuildName = keyof typeof patches
export const buildNames = Object.keys(patches) as BuildName[]

/** A copy of the compiled packages. */
export interface Build {
  /** The directory that holds `core`, `haproxy`, `page`, `pull` and `process`. */
  readonly packages: string
}

/** Copies the packages built in `from`, so that a build during the run disturbs nothing, and breaks it as its name says. */
export function makeBuild(name: BuildName, directory: string, from: string): Build {
  const packages = join(directory, 'packages')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(packages, { recursive: true })
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'))
  for (const one of ['core', 'haproxy', 'page', 'pull', 'process']) {
    for (const part of ['dist', 'bin', 'node_modules', 'package.json', 'directory.js']) {
      const options = { recursive: true, verbatimSymlinks: true }
      try {
        cpSync(join(from, one, part), join(packages, one, part), options)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || part === 'dist') throw error
      }
    }
  }
  for (const patch of patches[name]) apply(patch, packages)
  return { packages }
}

function apply({ folders, find, replace }: Patch, packages: string): void {
  const files = folders.flatMap((folder) =>
    readdirSync(join(packages, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(packages, folder, file),
    ),
  )
  let found = 0
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const text = readFileSync(file, 'utf8')
    const patched = text.replace(new RegExp(find, 'g'), () => replace)
    if (patched === text) continue
    found++
    writeFileSync(file, patched)
  }
  if (found === 0) throw new Error(`${folders} has nothing like ${find}: fix the table of test/faults/harness/build.ts`)
}
