import { useEffect, useRef, useState } from 'preact/hooks'
import { fetchHistory } from '../api/fetch.ts'
import { batches, type Values } from '../model/spark.ts'

/** How many lines to keep, also of rows out of sight. */
const most = 2_000
/** Milliseconds to wait while the reader scrolls. */
const pause = 120

const wanted = { range: 3_600, points: 60 } as const

/** The last hour of the rows in sight, by their keys; requested when they come into sight and at every snapshot. */
export function useSparks(keys: readonly string[], snapshot: number): ReadonlyMap<string, Values> {
  const known = useRef<{ snapshot: number; lines: Map<string, Values> }>({ snapshot: 0, lines: new Map() })
  const [, setVersion] = useState(0)
  const names = keys.join('\n')
  useEffect(() => {
    if (snapshot === 0) return undefined
    const ending = new AbortController()
    const load = async () => {
      const { current } = known
      const fresh = current.snapshot === snapshot ? current.lines : new Map<string, Values>()
      const missing = keys.filter((key) => !fresh.has(key))
      for (const batch of batches(missing)) {
        const { series } = await fetchHistory(batch, ['rate'], wanted, ending.signal)
        for (const key of batch) fresh.set(key, [])
        for (const { key, values } of series) fresh.set(key, values)
      }
      if (missing.length === 0) return
      known.current = { snapshot, lines: new Map([...fresh].slice(-most)) }
      setVersion((version) => version + 1)
    }
    // The table works without its lines; failing requests are shown by the banner.
    const timer = window.setTimeout(() => load().catch(() => undefined), pause)
    return () => {
      window.clearTimeout(timer)
      ending.abort()
    }
  }, [names, snapshot])
  return known.current.lines
}
