import { type RowKind, rowKinds } from './kinds.ts'

/** As HAProxy prints the rows of a proxy. */
const withinProxy: readonly RowKind[] = ['frontend', 'listener', 'server', 'backend']
const ranks = Object.fromEntries(rowKinds.map((kind) => [kind, withinProxy.indexOf(kind)])) as Record<RowKind, number>

/**
 * The order in which rows are shown, as indexes: proxies and their rows as they were met first, but the rows of a proxy together,
 * though one process may have some that the one before it has not. `undefined` when that is their order already.
 */
export function orderOf(
  rows: readonly { readonly kind: RowKind | undefined; readonly pxname: string }[],
): Int32Array | undefined {
  const proxies = new Map<string, number>()
  const keys = rows.map(({ kind, pxname }) => {
    let proxy = proxies.get(pxname)
    if (proxy === undefined) {
      proxy = proxies.size
      proxies.set(pxname, proxy)
    }
    return withinProxy.length * proxy + ranks[kind ?? 'listener']
  })
  if (keys.every((key, index) => index === 0 || (keys[index - 1] as number) <= key)) return undefined
  return Int32Array.from(keys.keys()).sort((one, other) => {
    return (keys[one] as number) - (keys[other] as number) || one - other
  })
}
