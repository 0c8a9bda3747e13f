import type { View } from '../live/view.ts'

/** Which rows are asked for, in the words that HAProxy's own page knows: `;up`, `;no-maint`, `;scope=app`. */
export interface RowChoice {
  readonly up: boolean
  readonly noMaint: boolean
  /** Part of the name of a proxy, in upper or lower case. */
  readonly scope: string
}

/** @param words what stands between the semicolons of the address. */
export function parseRowChoice(words: readonly string[]): RowChoice {
  const scope = words.find((word) => word.startsWith('scope='))?.slice('scope='.length) ?? ''
  return { up: words.includes('up'), noMaint: words.includes('no-maint'), scope: scope.toLowerCase() }
}

/** The indexes of the rows that are wanted. */
export function chosenRows(view: View, { up, noMaint, scope }: RowChoice): number[] {
  const status = view.columnOf.get('status') ?? -1
  const hidden = up ? /^(DOWN|MAINT)/ : noMaint ? /^MAINT/ : undefined
  return [...view.rows.keys()].filter((index) => {
    const { kind, pxname } = view.rows[index] as View['rows'][number]
    if (scope !== '' && !pxname.toLowerCase().includes(scope)) return false
    return hidden === undefined || kind !== 'server' || !hidden.test(view.text(index, status) ?? '')
  })
}
