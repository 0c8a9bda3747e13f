import { useEffect, useState } from 'preact/hooks'
import { fetchFields, fetchHistory, fetchRow, ResponseError } from '../api/fetch.ts'
import type { FieldFacts, HistoryResponse, RowResponse } from '../api/responses.ts'
import { type RangeName, ranges } from '../model/address.ts'

/**
 * Requests again when `inputs` change. The response before stays until there is a new one, also while requests fail;
 * `undefined` until the first, `null` after an error response: the row does not exist.
 */
function useResponse<T>(
  request: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
): T | null | undefined {
  const [response, setResponse] = useState<T | null>()
  useEffect(() => {
    const ending = new AbortController()
    request(ending.signal).then(setResponse, (error) => {
      if (error instanceof ResponseError) setResponse(null)
    })
    return () => ending.abort()
  }, inputs)
  return response
}

export const useRow = (key: string, snapshot: number): RowResponse | null | undefined =>
  useResponse((signal) => fetchRow(key, signal), [key, snapshot])

/** At most as many values as a chart has pixels to show. */
const points = 360

export const useHistory = (
  key: string,
  fields: readonly string[],
  range: RangeName,
  snapshot: number,
): HistoryResponse | null | undefined =>
  useResponse((signal) => fetchHistory([key], fields, { range: ranges[range], points }, signal), [key, range, snapshot])

let facts: Promise<ReadonlyMap<string, FieldFacts>> | undefined

/** Units and summaries of the fields, requested once; empty until then. */
export function useFacts(): ReadonlyMap<string, FieldFacts> {
  const [known, setKnown] = useState<ReadonlyMap<string, FieldFacts>>(new Map())
  useEffect(() => {
    facts ??= fetchFields().then((fields) => new Map(fields.map((field) => [field.name, field])))
    facts.then(setKnown, () => {
      facts = undefined
    })
  }, [])
  return known
}
