/** A number with its word: `1 process`, `2 processes`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`
}

/**
 * What a terminal acts upon instead of showing it: the control characters C0 (escape sequences) and C1, line separators,
 * and what turns the direction of text or is not seen at all.
 */
const unprintable =
  /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Text from outside as it may be shown on a terminal, in one line: what is not seen but acted upon comes as `\u001b`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    if (character === '\n') return '\\n'
    if (character === '\t') return '\\t'
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** Text of several lines, of which each may be shown. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/**
 * A logged object with all its texts as they may be shown: each in one line, so that none passes for another line of the
 * log; only stacks keep theirs.
 */
export function printableTexts(value: unknown, name?: string): unknown {
  if (typeof value === 'string') return name === 'stack' ? printableLines(value) : printable(value)
  if (Array.isArray(value)) return value.map((inner) => printableTexts(inner))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), printableTexts(inner, key)]))
}
