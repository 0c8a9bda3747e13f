import type { FieldFacts, HistoryResponse, Overview, RowResponse, RowsResponse } from './responses.ts'

/** Milliseconds until a request counts as failed. */
const timeout = 15_000

/** The server responded with another status than 2xx. */
export class ResponseError extends Error {
  constructor(status: number, path: string) {
    super(`haproxystats-process responded ${status} to ${path}`)
  }
}

/** Rejects with `ResponseError`, or as `fetch` does without a response. Paths are relative, so that a proxy may add a prefix. */
async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const limit = AbortSignal.timeout(timeout)
  const response = await fetch(`api/v1/${path}`, {
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    headers: { accept: 'application/json' },
  })
  if (!response.ok) throw new ResponseError(response.status, path)
  return response.json()
}

export const fetchOverview = () => get<Overview>('overview')

export const fetchRows = (fields: readonly string[]) => get<RowsResponse>(`rows?fields=${fields.join(',')}`)

export const fetchRow = (key: string, signal: AbortSignal) =>
  get<RowResponse>(`row?${new URLSearchParams({ key })}`, signal)

export const fetchFields = () => get<readonly FieldFacts[]>('fields')

/** `range` in seconds. The response leaves out series that the history does not have. */
export function fetchHistory(
  keys: readonly string[],
  fields: readonly string[],
  { range, points }: { readonly range: number; readonly points: number },
  signal?: AbortSignal,
): Promise<HistoryResponse> {
  const query = new URLSearchParams([
    ...keys.map((key) => ['key', key]),
    ...fields.map((field) => ['field', field]),
    ['range', String(range)],
    ['points', String(points)],
  ])
  return get<HistoryResponse>(`history?${query}`, signal)
}
