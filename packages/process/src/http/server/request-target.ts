/** What a request is about, taken from the first line of it. */
export interface Target {
  readonly segments: readonly string[]
  readonly format: string
  readonly query: URLSearchParams
}

/** No name of HAProxy is as long, and no list of keys that the page asks for. */
const longestTarget = 8192

/**
 * Takes the target of a request apart: `/stats;csv?scope=x`, `/haproxy?stats;csv`, `/f/www/scur`. What follows the
 * first semicolon is the format in which the answer is wanted, as in HAProxy; a semicolon in a name is written `%3B`.
 *
 * @returns what is wrong with it, as text, when it cannot be read.
 */
export function parseTarget(url: string): Target | string {
  if (url.length > longestTarget) return `the address is longer than ${longestTarget} bytes`
  const [, path = '', rest = ''] = /^(?:https?:\/\/[^/?;]*)?([^?;]*)(.*)$/is.exec(url) ?? []
  if (!path.startsWith('/')) return 'the address does not begin with a slash'
  const parts = rest.split('?')
  const formats: string[] = []
  const queries: string[] = []
  parts.forEach((part, index) => {
    const [before = '', ...after] = part.split(';')
    if (index > 0 && before !== '') queries.push(before)
    formats.push(...after)
  })
  try {
    return {
      segments: path.split('/').slice(1).filter(isPart).map(decodeURIComponent),
      format: decodeURIComponent(formats.join(';')),
      query: new URLSearchParams(queries.join('&')),
    }
  } catch {
    return 'a percent sign in the address is not followed by two hexadecimal digits of UTF-8'
  }
}

/** Slashes at the end, and twice in a row, say nothing. */
function isPart(segment: string): boolean {
  return segment !== ''
}
