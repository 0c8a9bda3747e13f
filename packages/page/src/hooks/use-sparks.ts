import { useEffect, useRef, useState } from 'preact/hooks'
import { askHistory } from '../api/ask.ts'
import { batches, type Values } from '../model/spark.ts'

/** Rows whose lines are kept though they are out of sight. */
const most = 2_000
/** Milliseconds to wait while the reader scrolls. */
const pause = 120

const wanted = { range: 3_600, points: 60 } as const

/** The lines of the last hour of the rows in sight, by their keys; asked for when they come into sight and at every snapshot. */
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
        const { series } = await askHistory(batch, ['rate'], wanted, ending.signal)
        for (const key of batch) fresh.set(key, [])
        for (const { key, values } of series) fresh.set(key, values)
      }
      if (missing.length === 0) return
      known.current = { snapshot, lines: new Map([...fresh].slice(-most)) }
      setVersion((version) => version + 1)
    }
    // Without its lines the table is as good as before; whether the server answers at all is for others to tell.
    const timer = window.setTimeout(() => load().catch(() => undefined), pause)
    return () => {
      window.clearTimeout(timer)
      ending.abort()
    }
  }, [names, snapshot])
  return known.current.lines
}
