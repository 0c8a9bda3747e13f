import { StatsError } from '@haproxystats/core/snapshot'
import { cellText, type StatHeader, scanRows } from './scan.ts'

/** What makes a row one of its own. HAProxy numbers proxies, and servers and listeners within them. */
const identity = ['pxname', 'svname', 'type', 'iid', 'sid']

/**
 * Refuses an answer that holds a row twice, as when two answers were joined. Rows of one name may be two things: listeners may
 * share a name, and so may servers of HAProxy 1.9 and older; these have different ids.
 *
 * @param proxies those in which a name was found twice; rows of others are not looked at.
 * @throws ANSWER_MALFORMED
 */
export function refuseRepeatedRows(
  bytes: Uint8Array,
  { header, rows }: { readonly header: StatHeader; readonly rows: number },
  proxies: ReadonlySet<string>,
): void {
  const cells = identity.flatMap((name) => header.position.get(name) ?? [])
  const seen = new Set<string>()
  scanRows(bytes, header, rows, (row, offsets) => {
    const proxy = cellText(row, offsets, 0)
    if (!proxies.has(proxy)) return
    const id = JSON.stringify(cells.map((cell) => cellText(row, offsets, cell)))
    if (seen.has(id)) {
      throw new StatsError('ANSWER_MALFORMED', `has the row ${proxy},${cellText(row, offsets, 1)} twice`)
    }
    seen.add(id)
  })
}
