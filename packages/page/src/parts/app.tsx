import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useKeyboard } from '../hooks/use-keyboard.ts'
import { useLive } from '../hooks/use-live.ts'
import { usePlace } from '../hooks/use-place.ts'
import type { Live } from '../live/live.ts'
import { countRows, listOf } from '../model/list.ts'
import { sentenceOf } from '../model/sentence.ts'
import { Announcer } from './announcer.tsx'
import { Banner } from './banner.tsx'
import { Grid } from './grid.tsx'
import { Help } from './help.tsx'
import { Masthead } from './masthead.tsx'
import { Panel } from './panel.tsx'
import { Problems } from './problems.tsx'
import { Processes } from './processes.tsx'
import { Toolbar } from './toolbar.tsx'
import { Totals } from './totals.tsx'

export function App({ live }: { readonly live: Live }) {
  const data = useLive(live)
  const { overview, rows } = data
  const [place, go] = usePlace()
  const { view, filter, sorting, open } = place
  const [isHelping, setHelping] = useState(false)
  const [active, setActive] = useState<string>()
  const counts = useMemo(() => countRows(rows), [rows])
  const items = useMemo(() => listOf(rows, { view, filter, sorting }), [rows, view, filter, sorting])
  const sentence = useMemo(() => sentenceOf(overview, counts), [overview, counts])
  const wanted = useRef<string>(undefined)
  const filterBox = useRef<HTMLInputElement>(null)
  const close = () => {
    go({ open: undefined })
    const [link, fallback] = [open ?? '', active ?? ''].map((key) =>
      document.querySelector<HTMLElement>(`[data-link="${CSS.escape(key)}"]`),
    )
    ;(link ?? fallback ?? filterBox.current)?.focus()
  }
  useKeyboard({ items, active, setActive, wanted, filterBox, open, close, showHelp: () => setHelping(true), go })
  useMarks(sentence.mood, open)
  return (
    <div class={open === undefined ? 'app' : 'app with-panel'}>
      <Banner data={data} />
      <Masthead data={data} sentence={sentence} onHelp={() => setHelping(true)} />
      <main>
        <Problems problems={overview?.problems ?? []} now={overview?.now ?? 0} place={place} />
        <Totals overview={overview} snapshot={rows.snapshot} />
        <Processes sources={overview?.sources ?? []} missing={overview?.missing ?? []} place={place} />
        <Toolbar place={place} go={go} counts={counts} items={items} filterBox={filterBox} />
        <Grid rows={rows} items={items} place={place} go={go} active={active} setActive={setActive} wanted={wanted} />
      </main>
      {open !== undefined && (
        <Panel key={open} open={open} range={place.range} snapshot={rows.snapshot} go={go} onClose={close} />
      )}
      <Help isOpen={isHelping} onClose={() => setHelping(false)} />
      <Announcer data={data} />
    </div>
  )
}

const marks = {
  well: { sign: '✓', colour: '#1a7f37' },
  warning: { sign: '▲', colour: '#b35900' },
  critical: { sign: '✖', colour: '#c62828' },
  unknown: { sign: '?', colour: '#68707a' },
} as const

/** Title and icon of the tab, which are visible while another tab is in front. */
function useMarks(mood: keyof typeof marks, open: string | undefined): void {
  useEffect(() => {
    const { sign, colour } = marks[mood]
    document.title = `${sign} ${open === undefined ? '' : `${open.slice(2)} – `}haproxystats`
    const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect x="1" y="1" width="14" height="14" rx="4" fill="${colour}"/></svg>`
    document.getElementById('icon')?.setAttribute('href', `data:image/svg+xml,${encodeURIComponent(picture)}`)
  }, [mood, open])
}
