/** Why fields merge as they do, where several have the same reason or it is long. */

const capacities = 'limit is enforced per process, so capacities add up over processes that still accept (exclude stopping ones)'
const zero = '0 = unlimited/unset: if any is 0 the result is 0'

export const enforced = (more: string) => `${capacities}; ${more}`
export const enforcedUnlessZero = (more?: string) => (more === undefined ? `${capacities}; ${zero}` : `${capacities}; ${more}; ${zero}`)
export const sessionLimit = enforcedUnlessZero('frontend: maxconn, backend: fullconn, server: maxconn (empty=none), listener: 0 = no own limit since 2.0 (1.5-1.9 repeat the frontend maxconn)')
export const queueLimit = enforced('declared C..S (one value per service) but maxqueue is enforced per process; empty = no limit: if any is empty the result is empty')
export const poolLimit = enforced('pool-max-conn is per process; empty = no limit: if any is empty the result is empty (-1 is not printed); name is a lasting typo for srv_ilim')

const notAtOneTime = 'sum is the upper bound and comparable with the summed limit. Across generations (stopping worker vs. new one) the peaks are not simultaneous: take max there.'
export const peakOf = (what: string) => `declared M(ax) of a ${what}: true peak lies in [max .. sum] (management.txt 9.2); ${notAtOneTime}`

export const underflows = 'gauge; after "clear counters" it underflows to 2^64-n (verified 2.6.12, 3.1.0, 3.5-dev5): treat >=2^63 as negative, clamp to 0'
export const underflowsTwice = `${underflows}; 2.3.0 prints this column name TWICE (second one is really h2_total_*): a map keyed by name must keep the first`

export const binary = 'identical within one generation; two values while old and new binaries overlap after an upgrade'
export const bogus = '3.0.0..3.1.x also print it for frontends/listeners with a bogus value; drop it there'
export const checkLevel = 'declared configuration (C..S) but it is the live per-process check level; worst process wins'
export const configured = 'configuration, identical in all processes of one generation; newest process wins after a reload'
export const counter = 'counter declared as gauge'
export const counter64 = '64-bit counter declared as gauge'
export const idle = 'declared average; exclude stopping workers (idle at 100). 1.9..2.4 report only the thread that answers the CLI, >=2.5 the mean of all threads'
export const idlePools = 'idle pools are per process'
export const integer = 'integer; "show info float" (>=2.4) gives decimals'
export const longest = 'worst single request duration, not additive (declared M like smax, but here sum is meaningless)'
export const mebibytes = 'integer division by 1048576: small pools read 0; prefer *_bytes'
export const number = 'key; auto-assigned by order of declaration: equal for processes of one configuration, NOT stable over a reload with a changed configuration'
export const ownCheck = 'per-process health-check state/text: take the newest non-stopping process (a stopping worker no longer checks)'
export const placeholder = 'placeholder for the prometheus exporter: "show stat" always prints 0'
export const quoted = 'configuration; >=1.7 CSV-quotes the value in plain "show info"'
export const receivedBytes = '64-bit counter. since 3.3 bin=req_in and bout=res_in (bytes received from the server side, not bytes sent to the client)'
export const renamed = 'renamed quic_streams_blocked_* in 2.8.0'
export const rowName = 'grouping key (with type); names are the only key stable across reloads'
export const sameChecks = 'declared counter, but each process checks the same server independently: sum counts one outage N times. Use sum only if you want check volume'
export const sameServers = 'not additive: every process runs its own checks of the same servers (backend is declared gauge => a naive nature-driven sum is N times too high; server is declared status)'
export const sessionCache = 'per-process counters, even when the session cache is shared under nbproc; 32-bit'
const shortWindow = 'TIME_STATS_SAMPLES=512 in every version, docs say 1024; before 2.2 the window is fixed, so it starts near 0 and converges slowly'
export const slidingMean = `sliding average over about the last 512 requests of that process (${shortWindow}); plain mean lets an idle process dominate. 0 from a process with no request must be skipped`
export const statusTexts = 'discrete (S); for a number map UP/OPEN/no check=1, else 0 and take min; values contain spaces and slashes: "UP 1/3", "DOWN (agent)", "MAINT (via web/s1)", "no check", "PAUSED"'
export const timeDown = 'declared counter, yet it is accumulated wall time seen by each process: sum multiplies outage time by N (management.txt itself says max for downtime)'
export const wideSince28 = 'u32 in 2.4..2.7 (wraps at 4 GiB), u64 since 2.8'
export const wraps = '32-bit: wraps at 2^32; signed print (%d => negative after 2^31) for all three in 1.5 and for CumConns in 1.6'
