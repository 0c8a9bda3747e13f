const suffix = '.sock'

/**
 * What sources are called where people read it: sockets without the end of their name that they all have, unless two would be
 * called the same.
 */
export function shownNames(sources: readonly string[]): string[] {
  const short = sources.map(withoutSuffix)
  return sources.map((source, index) => {
    const name = short[index] as string
    return short.filter((other) => other === name).length === 1 ? name : source
  })
}

/** Whether somebody who says `word` means the source that is shown as `name`. */
export function isCalled(name: string, word: string): boolean {
  return word === name || word === `${name}${suffix}`
}

function withoutSuffix(source: string): string {
  return source.endsWith(suffix) && source !== suffix ? source.slice(0, -suffix.length) : source
}
