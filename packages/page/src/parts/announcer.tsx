import { useEffect, useRef, useState } from 'preact/hooks'
import type { Problem } from '../api/answers.ts'
import type { Knowledge } from '../model/knowledge.ts'
import { changesOf } from '../model/sentence.ts'

/** Says changes of state to those who cannot see them; not what is so when the page opens. */
export function Announcer({ knowledge: { overview, lost } }: { readonly knowledge: Knowledge }) {
  const before = useRef<readonly Problem[]>(undefined)
  const [text, setText] = useState('')
  const isLost = lost !== undefined
  useEffect(() => {
    if (overview === undefined) return
    const change = before.current === undefined ? '' : changesOf(before.current, overview.problems)
    before.current = overview.problems
    if (change !== '') setText(change)
  }, [overview])
  useEffect(() => {
    if (before.current !== undefined) setText(isLost ? 'Connection lost.' : 'Connected.')
  }, [isLost])
  return (
    <div role="status" aria-live="polite" class="unseen">
      {text}
    </div>
  )
}
