import { useNow } from '../hooks/use-live.ts'
import { type Theme, themes, useTheme } from '../hooks/use-theme.ts'
import { duration, timeOfDay } from '../model/format.ts'
import { ageOf, freshnessOf } from '../model/freshness.ts'
import type { LiveData } from '../model/live-data.ts'
import type { Mood, Sentence } from '../model/sentence.ts'

const signs: Readonly<Record<Mood, string>> = { well: '✓', warning: '▲', critical: '✖', unknown: '?' }

interface Properties {
  readonly data: LiveData
  readonly sentence: Sentence
  readonly onHelp: () => void
}

export function Masthead({ data, sentence: { mood, text }, onHelp }: Properties) {
  return (
    <header class="masthead">
      <h1 class={`sentence mood-${mood}`}>
        <span class="sign" aria-hidden="true">
          {signs[mood]}
        </span>
        {text}
      </h1>
      <div class="aside">
        <Age data={data} />
        <ThemeSwitch />
        <button type="button" class="tool" onClick={onHelp} aria-keyshortcuts="?" title="Keys and symbols (?)">
          ?<span class="unseen"> Help</span>
        </button>
      </div>
    </header>
  )
}

const conditions = { fresh: 'Live', stale: 'Stale', lost: 'Lost', waiting: 'Waiting' } as const

/** When the snapshot was read from HAProxy. */
function Age({ data }: { readonly data: LiveData }) {
  const now = useNow()
  const freshness = freshnessOf(data, now)
  const snapshot = data.overview?.snapshot
  const source = data.hasEvents ? 'is notified of every snapshot' : 'polls every few seconds'
  return (
    <span class={`age ${freshness}`} title={`This page ${source}`}>
      <span class="dot" aria-hidden="true" />
      <b>{conditions[freshness]}</b>
      {snapshot != null && (
        <span class="when">
          {timeOfDay(snapshot)}, <span class="ago">{duration(ageOf(data, now))}</span> ago
        </span>
      )}
    </span>
  )
}

const themeSigns: Readonly<Record<Theme, string>> = { auto: '◐', light: '☀', dark: '☾' }

function ThemeSwitch() {
  const [theme, setTheme] = useTheme()
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!
  return (
    <button
      type="button"
      class="tool theme"
      onClick={() => setTheme(next)}
      title={`Colours: ${theme}; click for ${next}`}
    >
      <span aria-hidden="true">{themeSigns[theme]}</span>
      <span class="unseen">Colours: {theme}</span>
    </button>
  )
}
