import type { WireRow } from '../api/responses.ts'
import { proxyOf, type Reader, serviceOf } from './row.ts'
import { stateOf, stateWords } from './state.ts'

interface Word {
  readonly text: string
  readonly isState: boolean
  readonly isNegated: boolean
}

/** Which rows match. */
export interface Filter {
  /** Whether it has words. */
  readonly isActive: boolean
  matches(row: WireRow, reader: Reader): boolean
  /** Whether all words are in the name of the proxy: then all of its members match. */
  matchesProxy(row: WireRow): boolean
}

/**
 * Parses a filter: words that must all match. A word is the name of a state (`down`, `maint`, …), or a part of a name; in
 * quotes it is always a part of a name, after `-` it must not match. Case does not matter.
 */
export function parseFilter(text: string): Filter {
  const words = [...text.toLowerCase().matchAll(/(-?)(?:"([^"]*)"?|(\S+))/g)]
    .map(([, sign, quoted, plain]): Word => {
      const word = quoted ?? plain ?? ''
      return { text: word, isState: quoted === undefined && stateWords.has(word), isNegated: sign === '-' }
    })
    .filter((word) => word.text !== '')
  const positive = words.filter(({ isNegated }) => !isNegated)
  return {
    isActive: words.length > 0,
    matches: (row, reader) => words.every((word) => fits(word, row, reader) !== word.isNegated),
    matchesProxy: (row) =>
      positive.length > 0 &&
      positive.length === words.length &&
      positive.every(({ isState, text: part }) => !isState && proxyOf(row).toLowerCase().includes(part)),
  }
}

function fits({ text, isState }: Word, row: WireRow, reader: Reader): boolean {
  if (isState) return stateOf(reader.text(row, 'status')).words.includes(text)
  return `${proxyOf(row)}/${serviceOf(row)}`.toLowerCase().includes(text)
}
