import type { HaproxyProcess } from '../api/responses.ts'
import { type Place, printPlace } from '../model/address.ts'
import { count, duration, exact, percent, rate } from '../model/format.ts'
import { Meter } from './meter.tsx'

interface Properties {
  readonly sources: readonly HaproxyProcess[]
  readonly missing: readonly string[]
  readonly place: Place
}

/** The HAProxy processes side by side. */
export function Processes({ sources, missing, place }: Properties) {
  if (sources.length === 0 && missing.length === 0) return null
  return (
    <section class="processes" aria-label="HAProxy processes">
      <ul>
        {sources.map((source) => (
          <li key={source.name} class={source.stopping ? 'process stopping' : 'process'}>
            <a class="name" data-link={`p:${source.name}`} href={printPlace({ ...place, open: `p:${source.name}` })}>
              {source.name} {source.stopping && <small class="badge">stopping</small>}
            </a>
            <Meter label="CPU" value={source.cpu} most={100} text={percent(source.cpu)} isAlarming />
            <Meter
              label="Conns"
              value={source.currConns}
              most={source.maxconn}
              text={count(source.currConns)}
              title={`${exact(source.currConns)} of ${exact(source.maxconn)} connections`}
              isAlarming
            />
            <span class="fact rate">{rate(source.sessRate)}/s</span>
            <span class="fact" title={`HAProxy ${source.release ?? '?'}, process ${source.pid ?? '?'}`}>
              {source.release ?? ''}
            </span>
            <span class="fact" title="Uptime">
              up {duration(source.uptime)}
            </span>
          </li>
        ))}
        {missing.map((name) => (
          <li key={name} class="process missing">
            <span class="name">{name}</span>
            <span class="fact gone">✖ did not answer</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
