import { useEffect, useRef, useState } from 'preact/hooks'
import type { Problem } from '../api/responses.ts'
import type { LiveData } from '../model/live-data.ts'
import { changesOf } from '../model/sentence.ts'

/** Announces changes to screen readers, not the state when the page opens. */
export function Announcer({ data: { overview, lost } }: { readonly data: LiveData }) {
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
