/**
 * Options of node that threads take too, and that somebody may want in them: code that is loaded first, profiles, warnings.
 * The names are complete, or begin so where they end in `-`.
 */
export const threadOptions = [
  '--import',
  '--require',
  '-r',
  '--conditions',
  '-C',
  '--cpu-prof',
  '--cpu-prof-',
  '--heap-prof',
  '--heap-prof-',
  '--enable-source-maps',
  '--no-warnings',
  '--trace-warnings',
  '--trace-uncaught',
] as const

/**
 * What of the command line of node a thread is started with. All else is left out: a thread is refused because of one option of
 * V8 or of the whole process (`--stack-size`, `--title`), which count for all threads anyway.
 */
export function forThreads(options: readonly string[]): string[] {
  let taken = false
  return options.filter((word) => {
    // A word without a dash is the value of the option before it.
    if (word.startsWith('-')) taken = isTaken(word)
    return taken
  })
}

function isTaken(word: string): boolean {
  const [name = ''] = word.split('=', 1)
  return threadOptions.some((option) => name === option || (option.endsWith('-') && name.startsWith(option)))
}
