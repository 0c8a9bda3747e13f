/** Lines above and below the visible ones, so that scrolling shows no gap. */
const spare = 12
/** The window moves by so many lines at once, so that most scrolling changes nothing. */
const step = 6

export interface Span {
  /** The first line, and the line after the last. */
  readonly first: number
  readonly end: number
}

/** `above`: pixels of the table that are scrolled out at the top, negative when it begins further down. */
export function visibleSpan(above: number, height: number, lineHeight: number, count: number): Span {
  const top = Math.floor(above / lineHeight / step) * step - spare
  const lines = Math.ceil(height / lineHeight) + 2 * spare + step
  const first = Math.max(0, Math.min(top, count - lines))
  return { first, end: Math.max(first, Math.min(count, Math.max(0, top) + lines)) }
}

/** A line, or the gap of several that are not in the document. */
export type Piece = { readonly line: number } | { readonly gap: number; readonly before: number }

/** The lines of a span and one more that has the focus and must not go, with the gaps between them. */
export function piecesOf({ first, end }: Span, count: number, focused: number): readonly Piece[] {
  const lines = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index)
  if (focused >= 0 && focused < first) lines.unshift(focused)
  if (focused >= end && focused < count) lines.push(focused)
  const pieces: Piece[] = []
  let next = 0
  for (const line of [...lines, count]) {
    if (line > next) pieces.push({ gap: line - next, before: line })
    if (line < count) pieces.push({ line })
    next = line + 1
  }
  return pieces
}
