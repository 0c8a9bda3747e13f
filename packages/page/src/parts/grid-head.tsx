import type { Go } from '../hooks/use-place.ts'
import { columns as allColumns, type Column } from '../model/columns.ts'
import { nextSorting, type Sorting } from '../model/list.ts'
import { tableRoles } from './table-roles.ts'

interface Properties {
  readonly columns: readonly Column[]
  readonly sorting: Sorting | undefined
  readonly go: Go
}

export function GridHead({ columns, sorting, go }: Properties) {
  return (
    <thead {...tableRoles.group}>
      <tr {...tableRoles.row} aria-rowindex={1}>
        {columns.map((column) => {
          const direction = directionOf(column, sorting)
          return (
            <th
              {...tableRoles.columnHeader}
              key={column.id}
              scope="col"
              class={`column-${column.id}`}
              aria-sort={direction ?? 'none'}
              aria-colindex={allColumns.indexOf(column) + 1}
            >
              <button
                type="button"
                title={column.summary}
                onClick={() => go({ sorting: nextSorting(column, sorting) })}
              >
                <span class="title">{column.title}</span>
                <span class="unseen">: {column.summary}</span>
                <small class="unit">{column.unit ?? ''}</small>
                <span class="direction" aria-hidden="true">
                  {direction === undefined ? '' : direction === 'ascending' ? '▲' : '▼'}
                </span>
              </button>
            </th>
          )
        })}
      </tr>
    </thead>
  )
}

function directionOf(column: Column, sorting: Sorting | undefined): 'ascending' | 'descending' | undefined {
  if (sorting?.column !== column.id) return undefined
  return sorting.isDescending ? 'descending' : 'ascending'
}
