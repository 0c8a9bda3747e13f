import { useEffect, useState } from 'preact/hooks'

/** `Date.now()`, anew every second. Only for small parts: they are drawn again each time. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000)
    return () => window.clearInterval(timer)
  }, [])
  return now
}
