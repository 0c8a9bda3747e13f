import type { RefObject } from 'preact'
import type { Kind } from '../api/responses.ts'
import type { Go } from '../hooks/use-place.ts'
import { type Place, printPlace } from '../model/address.ts'
import { columns } from '../model/columns.ts'
import { exact, plural } from '../model/format.ts'
import { type Item, type ViewName, views } from '../model/list.ts'

interface Properties {
  readonly place: Place
  readonly go: Go
  readonly counts: Readonly<Record<Kind, number>>
  readonly items: readonly Item[]
  readonly filterBox: RefObject<HTMLInputElement | null>
}

const titles: Readonly<Record<ViewName, string>> = {
  all: 'All',
  frontends: 'Frontends',
  backends: 'Backends',
  servers: 'Servers',
}

export function Toolbar({ place, go, counts, items, filterBox }: Properties) {
  const { frontend: frontends, backend: backends, server: servers } = counts
  const numbers: Record<ViewName, number | undefined> = { all: undefined, frontends, backends, servers }
  const shown = items.filter(({ kind }) => kind === 'row').length
  return (
    <div class="toolbar">
      <nav aria-label="Tables">
        {views.map((view) => (
          <a
            key={view}
            href={printPlace({ ...place, view })}
            aria-current={view === place.view ? 'page' : undefined}
            class="tab"
          >
            {titles[view]}
            {numbers[view] !== undefined && <small>{exact(numbers[view])}</small>}
          </a>
        ))}
      </nav>
      <input
        ref={filterBox}
        type="search"
        class="filter"
        aria-label="Filter by name or state"
        aria-keyshortcuts="/"
        placeholder="Filter: name, down, maint…  ( / )"
        spellcheck={false}
        autocomplete="off"
        value={place.filter}
        onInput={(event) => go({ filter: event.currentTarget.value }, 'replace')}
      />
      <span class="found" role="status">
        {place.filter === '' ? '' : plural(shown, 'row')}
      </span>
      <SortChoice place={place} go={go} />
    </div>
  )
}

/** Sorts by any column where the table has no room for all titles. */
function SortChoice({ place: { sorting }, go }: Pick<Properties, 'place' | 'go'>) {
  return (
    <select
      class="sort-choice"
      aria-label="Sort by"
      value={sorting?.column ?? ''}
      onChange={(event) => {
        const column = event.currentTarget.value
        go({ sorting: column === '' ? undefined : { column, isDescending: column !== 'name' } })
      }}
    >
      <option value="">as configured</option>
      {columns.map(({ id, summary }) => (
        <option key={id} value={id}>
          {summary}
        </option>
      ))}
    </select>
  )
}
