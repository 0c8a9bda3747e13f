import { readdirSync, readFileSync } from 'node:fs'
import { renderDiagnostic } from '@haproxystats/core'
import { describe, expect, it } from 'vitest'
import { readConfiguration } from '../../../test/support/configuration.ts'
import { changes, changesSincePython } from './upgrade.ts'

const folder = new URL('../../../test/fixtures/python/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.conf'))
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8')

function readingOf(text: string, file = 'haproxystats.conf') {
  const reading = readConfiguration([{ file, text }])
  const { configuration, errors } = reading
  if (configuration === undefined) throw new Error(errors.map(renderDiagnostic).join('\n'))
  return { reading, configuration }
}

/** What is said of a configuration. */
function said(text: string): string[] {
  const { reading, configuration } = readingOf(text)
  return changesSincePython(reading, configuration).map(renderDiagnostic)
}

describe.each(Object.entries(changes))('%s', (_, notes) => {
  it('concerns one of the old files, and another not', () => {
    const affected = files.map((file) => {
      const { reading, configuration } = readingOf(read(file))
      return notes(configuration, reading).length > 0
    })
    expect(affected).toContain(true)
    expect(affected).toContain(false)
  })
})

it('lists everything that changes for a large load balancer, and nothing else', () => {
  expect(said(read('shop.conf'))).toEqual([
    '[process] backend-metrics = scur stot act qtime: exactly these are sent; haproxystats 0.5.2 also sent bck weight ctime rtime ttime of backends; list those that graphs use',
    '[process] server-metrics = scur stot chkdown: exactly these are sent; haproxystats 0.5.2 also sent throttle weight qtime ctime rtime ttime of servers; list those that graphs use',
    '[process] backend-metrics = scur stot act qtime: act qtime are sent under these names; haproxystats 0.5.2 called them act_x and act_y, qtime_x and qtime_y; change graphs that use the old names',
    '[process] aggr-server-metrics = true: servers of backends in exclude-backends no longer count in server.<name>',
    '[process] aggr-server-metrics = true: server.<name> has the metrics of server-metrics only; haproxystats 0.5.2 sent its default list; list in server-metrics what graphs use',
    '[process] per-process-metrics = true: with HAProxy 2.5 and newer a process is named by its source, daemon.process.<source>; with haproxystats 0.5.2 all of them overwrote each other in daemon.process.1',
    '[process] workers = 8: workers are threads of one process; a check that counts processes, as check_haproxystats_process_number_of_procs.sh, finds one: use check_haproxystats_process_workers',
    '[paths] base-dir = /srv/haproxystats: dst-dir of [pull], tmp-dst-dir of [pull], src-dir of [process] are now below this directory; with haproxystats 0.5.2 they were below /var/lib/haproxystats; set them, or move what waits there',
    '[pull] socket-dir = /run/haproxy/stats: with more than one process daemon.SslFrontendSessionReuse_pct is their mean; haproxystats 0.5.2 sent the sum',
    '[graphite] queue-size = 300000: datapoints that do not fit wait in src-dir of [process] as snapshots; haproxystats 0.5.2 dropped them, and lost all of them when it stopped',
    '[graphite] namespace = sites.load balancers: is sent as sites.load_balancers; haproxystats 0.5.2 sent it as it is',
    '[graphite] group-namespace = product/line: is sent as product_line; haproxystats 0.5.2 sent it as it is',
    '[frontend-groups] shop+cart = ^(shop|cart)-: is sent as shop_cart; haproxystats 0.5.2 sent it as it is',
  ])
})

it('lists processes that were not read', () => {
  expect(said(read('nbproc.conf'))).toEqual([
    expect.stringMatching(
      /^\[pull\] servers = .*: all sockets called admin\.sock are read; with haproxystats 0\.5\.2 one overwrote the other; sums become larger, and right$/,
    ),
    expect.stringMatching(/^\[pull\] servers = .*: with more than one process daemon\.SslFrontendSessionReuse_pct is/),
  ])
})

it('only warns of the dead options of the sample', () => {
  const { reading } = readingOf(read('sample.conf'))
  const dead = reading.warnings.map(({ section, option }) => `${section} ${option}`)
  expect(dead).toEqual(['DEFAULT retry', 'pull retry', 'graphite prefix_hostname', 'graphite sent-failed'])
  expect(said(read('sample.conf'))).toHaveLength(1)
})

it('has nothing to say where nothing changes', () => {
  expect(said(read('plain.conf'))).toEqual([])
  expect(said('')).toEqual([])
})

it.each([
  '[process]\nserver-limit = 0',
  '[pull]\nfsync = true',
  '[graphite:second]\nserver = graphite.example.com',
  '[http]\n',
])('has nothing to say of a file that was written for this release: %j', (addition) => {
  const old = '[pull]\nservers = tcp://127.0.0.1:1, tcp://127.0.0.1:2\n'
  expect(said(old)).toHaveLength(1)
  expect(said(addition.startsWith('[pull]') ? `${old}${addition.slice(7)}` : `${old}${addition}`)).toEqual([])
})
