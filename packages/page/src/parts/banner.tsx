import { useEffect } from 'preact/hooks'
import { useNow } from '../hooks/use-live.ts'
import { freshnessOf, warningOf } from '../model/freshness.ts'
import type { LiveData } from '../model/live-data.ts'

/** Warns of old data. Everything else turns grey then, by `data-freshness` of the document. */
export function Banner({ data }: { readonly data: LiveData }) {
  const now = useNow()
  const freshness = freshnessOf(data, now)
  const warning = warningOf(data, now)
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
