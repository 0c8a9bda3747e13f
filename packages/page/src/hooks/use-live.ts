import { useEffect, useState } from 'preact/hooks'
import type { Knowledge, Live } from '../live/live.ts'

export function useLive(live: Live): Knowledge {
  const [knowledge, setKnowledge] = useState(live.knowledge)
  useEffect(() => {
    setKnowledge(live.knowledge)
    return live.subscribe(() => setKnowledge(live.knowledge))
  }, [live])
  return knowledge
}
