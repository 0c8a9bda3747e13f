import type { PortOf } from './haproxy.ts'

/**
 * A configuration with most of what shows in `show stat` and in HAProxy's exporter: rows of all kinds, modes and states,
 * caches, compression, limits. Checks run once, at the start, so that they change nothing later. `binds` are lines of the
 * frontend `www`, `servers` those of its backend `app`; both may use the ports `echo` and `teapot`.
 */
export const richProxies = (port: PortOf, { binds, servers }: { binds: string; servers: string }) => `
cache small
  total-max-size 4

frontend www
  option socket-stats
${binds}
  maxconn 50
  rate-limit sessions 500
  http-request deny deny_status 403 if { path /denied }
  http-request return status 200 if { path /here }
  http-request cache-use small
  http-response cache-store small
  filter compression
  compression algo gzip
  compression type text/plain
  default_backend app

backend app
  option httpchk GET /check
${servers}

frontend tcp-in
  mode tcp
  bind 127.0.0.1:${port('tcp')}
  default_backend tcp-out

backend tcp-out
  mode tcp
  server one 127.0.0.1:${port('echo')} check inter 60s
  server down 127.0.0.1:1 check inter 60s fall 1

backend empty

listen echo
  bind 127.0.0.1:${port('echo')}
  http-request return status 200 content-type text/plain string "${'ok '.repeat(1000)}"

frontend teapot
  bind 127.0.0.1:${port('teapot')}
  http-request return status 418
`
