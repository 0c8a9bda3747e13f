import { useEffect } from 'preact/hooks'
import { useNow } from '../hooks/use-now.ts'
import { freshnessOf, warningOf } from '../model/freshness.ts'
import type { Knowledge } from '../model/knowledge.ts'

/** Says when what is shown is old. Everything else turns grey then, by `data-freshness` of the document. */
export function Banner({ knowledge }: { readonly knowledge: Knowledge }) {
  const now = useNow()
  const freshness = freshnessOf(knowledge, now)
  const warning = warningOf(knowledge, now)
  useEffect(() => {
    document.documentElement.dataset['freshness'] = freshness
  }, [freshness])
  if (warning === undefined) return null
  return (
    <div class={`banner ${freshness}`} role={freshness === 'lost' ? 'alert' : undefined}>
      <span aria-hidden="true">{freshness === 'lost' ? '✖' : '▲'}</span> {warning}
    </div>
  )
}
