import type { RowKind } from './templates.ts'

/** On a busy machine the values of these fields lie between two powers of ten, evenly in their logarithm. */
const ranges: readonly (readonly [least: number, most: number, fields: string])[] = [
  [0, 1, 'qcur qtime'],
  [0, 1.5, 'chkdown lastsess ctime'],
  [0, 2, 'chkfail check_duration srv_icur eint idle_conn_cur safe_conn_cur used_conn_cur need_conn_est'],
  [0, 2.5, 'qmax'],
  [0, 3, 'scur dresp wredis hrsp_1xx hrsp_other rtime h2_open_connections h1_open_connections h1_open_streams'],
  [0, 3, 'req_other sess_other'],
  [0, 3.5, 'rate req_rate conn_rate'],
  [0, 4, 'dreq econ eresp wretr intercepted'],
  [0, 5, 'downtime srv_abrt'],
  [1, 4, 'smax rate_max req_rate_max ttime conn_rate_max qtime_max ctime_max'],
  [1, 5, 'ereq hrsp_5xx'],
  [1, 6, 'cli_abrt'],
  [2, 5, 'rtime_max ttime_max'],
  [3, 7, 'lastchg hrsp_4xx h2_settings_rcvd'],
  [3, 8, 'hrsp_3xx cache_lookups cache_hits ssl_sess ssl_reused_sess h2_data_rcvd h2_total_connections h2sess h2req'],
  [4, 8, 'comp_rsp connect h1_total_connections'],
  [4, 9, 'lbtot conn_tot reuse h2_headers_rcvd h1_total_streams h1sess h1req'],
  [4, 9.5, 'stot hrsp_2xx req_tot'],
  [5, 10, 'comp_byp'],
  [7, 11, 'comp_out'],
  [7, 12, 'comp_in h1_bytes_in'],
  [7, 12.5, 'bin'],
  [8, 13, 'h1_bytes_out'],
  [8, 13.5, 'bout'],
]

/** By field, the powers of ten between which it lies. Any other field keeps its recorded value. */
export const busyPowers: Readonly<Record<string, readonly [number, number]>> = Object.fromEntries(
  ranges.flatMap(([least, most, fields]) => fields.split(' ').map((field) => [field, [least, most]])),
)

/** The values of these fields, whatever the load. */
export const fixedValues: Readonly<Record<RowKind, Readonly<Record<string, string>>>> = {
  frontend: { slim: '2000', pid: '1', sid: '0', type: '0' },
  backend: { slim: '200', act: '10', weight: '10', uweight: '10', lastchg: '242', downtime: '0', pid: '1', type: '1' },
  server: { act: '1', weight: '1', uweight: '1', lastchg: '242', pid: '1', type: '2', addr: '127.0.0.1:1', cookie: '' },
}

/** The text of a failed health check with a comma, which HAProxy quotes: one server in a thousand of a busy machine. */
export const quotedCheck = { every: 1000, text: '"HTTP status check returned code 503, expected 200"' } as const
