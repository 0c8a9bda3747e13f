import { useEffect, useState } from 'preact/hooks'
import type { Live } from '../live/live.ts'
import type { LiveData } from '../model/live-data.ts'

export function useLive(live: Live): LiveData {
  const [data, setData] = useState(live.data)
  useEffect(() => {
    setData(live.data)
    return live.subscribe(() => setData(live.data))
  }, [live])
  return data
}

/** `Date.now()`, updated every second. Only for small parts: they are drawn again each time. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000)
    return () => window.clearInterval(timer)
  }, [])
  return now
}
