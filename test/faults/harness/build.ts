import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** One change to a compiled file: the text must be there, so that a broken build is never the sound one by mistake. */
interface Patch {
  readonly file: string
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
    { file: 'pull/dist/write/answer-files.js', find: /await part\.handle\.sync\(\);/g, replace: 'void 0;' },
    { file: 'pull/dist/counters/counter-offsets-file.js', find: /await file\.sync\(\);/g, replace: 'void 0;' },
    { file: 'pull/dist/write/publish.js', find: /await handle\.sync\(\);/g, replace: 'void 0;' },
  ],
  /** A batch counts as delivered when the kernel has taken it. */
  'write-callback': [
    {
      file: 'process/dist/outputs/graphite/connection.js',
      find: /async end\(timeout\) \{/,
      replace: 'async end(timeout) { return;',
    },
  ],
  /** Workers that fail on request. */
  'failing-workers': [
    {
      file: 'process/dist/workers/snapshot-encoder.js',
      find: /(?=const \{[^}]*\} = pipeline\.run)/,
      replace: `${workerFaults}\n`,
    },
  ],
  /** An answer may end anywhere after a row. */
  'no-empty-line': [{ file: 'haproxy/dist/query/rows.js', find: /if \(!this\.#ended\)/, replace: 'if (false)' }],
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

function apply({ file, find, replace }: Patch, packages: string): void {
  const path = join(packages, file)
  const text = readFileSync(path, 'utf8')
  if (!find.test(text))
    throw new Error(`${file} has nothing like ${find}: mend the table of test/faults/harness/build.ts`)
  writeFileSync(
    path,
    text.replace(new RegExp(find, 'g'), () => replace),
  )
}
