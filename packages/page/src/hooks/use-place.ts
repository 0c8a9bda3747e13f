import { useCallback, useEffect, useState } from 'preact/hooks'
import { type Place, parsePlace, printPlace } from '../model/address.ts'

/** How a change enters the history of the browser: the back button undoes `push`. */
export type Step = 'push' | 'replace'

export type Go = (change: Partial<Place>, step?: Step) => void

/** The view, kept in the fragment of the address. */
export function usePlace(): readonly [Place, Go] {
  const [place, setPlace] = useState(() => parsePlace(location.hash))
  useEffect(() => {
    const read = () => setPlace(parsePlace(location.hash))
    window.addEventListener('popstate', read)
    window.addEventListener('hashchange', read)
    return () => {
      window.removeEventListener('popstate', read)
      window.removeEventListener('hashchange', read)
    }
  }, [])
  const go = useCallback<Go>((change, step = 'push') => {
    const next = { ...parsePlace(location.hash), ...change }
    const hash = printPlace(next)
    if (step === 'push' && hash !== printPlace(parsePlace(location.hash))) history.pushState(null, '', hash)
    else history.replaceState(null, '', hash)
    setPlace(next)
  }, [])
  return [place, go]
}
