import type { FieldFacts, HistoryAnswer, Overview, RowAnswer, RowsAnswer } from './answers.ts'

/** Milliseconds; an answer that takes longer is as good as none. */
const patience = 15_000

/** The server answered, but not with what was asked for. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, path: string) {
    super(`the server answered ${status} to ${path}`)
    this.status = status
  }
}

/** Rejects with `Refused`, or as `fetch` does when nobody answers. Paths are relative, so that a proxy may add a prefix. */
async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  const limit = AbortSignal.timeout(patience)
  const answer = await fetch(`api/v1/${path}`, {
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    headers: { accept: 'application/json' },
  })
  if (!answer.ok) throw new Refused(answer.status, path)
  return answer.json()
}

export const askOverview = () => ask<Overview>('overview')

export const askRows = (fields: readonly string[]) => ask<RowsAnswer>(`rows?fields=${fields.join(',')}`)

export const askRow = (key: string, signal: AbortSignal) =>
  ask<RowAnswer>(`row?${new URLSearchParams({ key })}`, signal)

export const askFields = () => ask<readonly FieldFacts[]>('fields')

/** `range` in seconds. Series that nobody knows are left out of the answer. */
export function askHistory(
  keys: readonly string[],
  fields: readonly string[],
  { range, points }: { readonly range: number; readonly points: number },
  signal?: AbortSignal,
): Promise<HistoryAnswer> {
  const query = new URLSearchParams([
    ...keys.map((key) => ['key', key]),
    ...fields.map((field) => ['field', field]),
    ['range', String(range)],
    ['points', String(points)],
  ])
  return ask<HistoryAnswer>(`history?${query}`, signal)
}
