import { useEffect, useState } from 'preact/hooks'
import type { Live } from '../live/live.ts'
import type { Knowledge } from '../model/knowledge.ts'

export function useLive(live: Live): Knowledge {
  const [knowledge, setKnowledge] = useState(live.knowledge)
  useEffect(() => {
    setKnowledge(live.knowledge)
    return live.subscribe(() => setKnowledge(live.knowledge))
  }, [live])
  return knowledge
}
