import { useEffect, useState } from 'preact/hooks'
import type { FieldFacts, HistoryAnswer, RowAnswer } from '../api/answers.ts'
import { askFields, askHistory, askRow, Refused } from '../api/ask.ts'
import { type RangeName, ranges } from '../model/address.ts'

/**
 * Asks anew at every snapshot; what was known stays until there is an answer, also while nobody answers. `undefined` until
 * the first, `null` after a refusal: then there is no such thing.
 */
function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T>, reasons: readonly unknown[]): T | null | undefined {
  const [answer, setAnswer] = useState<T | null>()
  useEffect(() => {
    const ending = new AbortController()
    ask(ending.signal).then(setAnswer, (error) => {
      if (error instanceof Refused) setAnswer(null)
    })
    return () => ending.abort()
  }, reasons)
  return answer
}

export const useRow = (key: string, snapshot: number): RowAnswer | null | undefined =>
  useAnswer((signal) => askRow(key, signal), [key, snapshot])

/** At most as many values as a chart has pixels to show. */
const points = 360

export const useHistory = (
  key: string,
  fields: readonly string[],
  range: RangeName,
  snapshot: number,
): HistoryAnswer | null | undefined =>
  useAnswer((signal) => askHistory([key], fields, { range: ranges[range], points }, signal), [key, range, snapshot])

let facts: Promise<ReadonlyMap<string, FieldFacts>> | undefined

/** What the fields mean; asked for once, without it they have only their names. */
export function useFacts(): ReadonlyMap<string, FieldFacts> {
  const [known, setKnown] = useState<ReadonlyMap<string, FieldFacts>>(new Map())
  useEffect(() => {
    facts ??= askFields().then((fields) => new Map(fields.map((field) => [field.name, field])))
    facts.then(setKnown, () => {
      facts = undefined
    })
  }, [])
  return known
}
