import { useState } from 'preact/hooks'
import type { Problem, Severity } from '../api/responses.ts'
import { type Place, printPlace } from '../model/address.ts'
import { inOrder, sincePhrase } from '../model/sentence.ts'

/** How many are shown before a click on “more”. */
const few = 5

const signs: Readonly<Record<Severity, readonly [sign: string, word: string]>> = {
  critical: ['✖', 'Critical'],
  warning: ['▲', 'Warning'],
  info: ['◆', 'Note'],
}

interface Properties {
  readonly problems: readonly Problem[]
  readonly now: number
  readonly place: Place
}

/** The list of problems, the worst first, each with a link to its row. */
export function Problems({ problems, now, place }: Properties) {
  const [isLong, setLong] = useState(false)
  if (problems.length === 0) return null
  const all = inOrder(problems)
  const shown = isLong ? all.slice(0, 200) : all.slice(0, few)
  return (
    <section class="problems" aria-label="Problems">
      <ul>
        {shown.map((problem) => (
          <li key={`${problem.key} ${problem.title}`} class={problem.severity}>
            <span class="sign" title={signs[problem.severity][1]}>
              <span aria-hidden="true">{signs[problem.severity][0]}</span>
              <span class="unseen">{signs[problem.severity][1]}: </span>
            </span>
            <Title problem={problem} place={place} />
            <span class="detail" title={problem.detail ?? undefined}>
              {problem.detail}
            </span>
            <span class="since">{sincePhrase(problem.since, now)}</span>
          </li>
        ))}
      </ul>
      {all.length > few && (
        <button type="button" class="more" aria-expanded={isLong} onClick={() => setLong(!isLong)}>
          {isLong ? 'Fewer' : `${all.length - few} more`}
        </button>
      )}
      {isLong && all.length > 200 && <p>And {all.length - 200} more: filter the table by state.</p>}
    </section>
  )
}

function Title({ problem: { key, title }, place }: { readonly problem: Problem; readonly place: Place }) {
  if (!/^[fblsp]:/.test(key)) return <b class="title">{title}</b>
  return (
    <a class="title" href={printPlace({ ...place, open: key })}>
      {title}
    </a>
  )
}
