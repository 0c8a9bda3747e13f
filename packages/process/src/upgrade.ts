import { basename } from 'node:path'
import { type Configuration, familyOf, type Problem, parseAddress, type Reading, sectionRow } from '@haproxystats/core'
import { defaultLists } from './aggregate/metric-lists.ts'
import { linesEncoding } from './outputs/format/paths.ts'
import { segmentOf } from './types/segment.ts'

type Note = Problem & { readonly section: string }

/** What haproxystats 0.5.2 did otherwise, told to whom it concerns; nothing when this configuration is not affected. */
type Change = (configuration: Configuration, reading: Reading) => readonly Note[]

function note(section: string, option: string, message: string, hint?: string): Note[] {
  return [{ section, option, message, ...(hint === undefined ? {} : { hint }) }]
}

/** What changes for a configuration that comes from haproxystats 0.5.2 (Python). */
export const changes: Readonly<Record<string, Change>> = {
  'a list of metrics is exact': ({ process }) =>
    averaged.flatMap(({ kind, option, names }) => {
      const listed = process[option]
      if (listed === undefined || listed.includes('default') || listed.includes('all')) return []
      const beside = names.filter((name) => !listed.includes(name))
      if (beside.length === 0) return []
      const message = `exactly these are sent; haproxystats 0.5.2 also sent ${beside.join(' ')} of ${kind}s`
      return note('process', option, message, 'list those that graphs use')
    }),
  'a listed average has one name': ({ process }) =>
    averaged.flatMap(({ option, names }) => {
      const twice = names.filter((name) => process[option]?.includes(name))
      if (twice.length === 0) return []
      const each = twice.map((name) => `${name}_x and ${name}_y`).join(', ')
      const message = `${twice.join(' ')} are sent under these names; haproxystats 0.5.2 called them ${each}`
      return note('process', option, message, 'change graphs that use the old names')
    }),
  'aggregated servers leave out excluded backends': ({ process }) => {
    if (!process['aggr-server-metrics'] || process['exclude-backends'] === undefined) return []
    const message = 'servers of backends in exclude-backends no longer count in server.<name>'
    return note('process', 'aggr-server-metrics', message)
  },
  'aggregated servers have the metrics of servers': ({ process }) => {
    if (!process['aggr-server-metrics'] || process['server-metrics'] === undefined) return []
    const message = 'server.<name> has the metrics of server-metrics only; haproxystats 0.5.2 sent its default list'
    return note('process', 'aggr-server-metrics', message, 'list in server-metrics what graphs use')
  },
  'each process has a name of its own': ({ process }) => {
    if (!process['per-process-metrics']) return []
    const message =
      'with HAProxy 2.5 and newer a process is named by its source, daemon.process.<source>; with haproxystats 0.5.2 all of them overwrote each other in daemon.process.1'
    return note('process', 'per-process-metrics', message)
  },
  'workers are threads': (_, reading) => {
    if (!isGiven(reading, 'process', 'workers')) return []
    const hint =
      'a check that counts processes, as check_haproxystats_process_number_of_procs.sh, finds one: use check_haproxystats_process_workers'
    return note('process', 'workers', 'workers are threads of one process', hint)
  },
  'directories follow base-dir': ({ paths }, reading) => {
    const moved = directories.filter(([section, option]) => !isGiven(reading, section, option))
    if (paths['base-dir'] === builtInBase || moved.length === 0) return []
    const names = moved.map(([section, option]) => `${option} of [${section}]`).join(', ')
    const message = `${names} are now below this directory; with haproxystats 0.5.2 they were below ${builtInBase}`
    return note('paths', 'base-dir', message, 'set them, or move what waits there')
  },
  'sockets of one name are all read': ({ pull }) => {
    const addresses = (pull.servers ?? []).map(parseAddress)
    const names = addresses.flatMap((address) => ('path' in address ? [basename(address.path)] : []))
    const alike = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
    if (alike.length === 0) return []
    const message = `all sockets called ${alike.join(', ')} are read; with haproxystats 0.5.2 one overwrote the other`
    return note('pull', 'servers', message, 'sums become larger, and right')
  },
  'percentages are means': ({ pull }, reading) => {
    const option = pull['socket-dir'] === undefined ? 'servers' : 'socket-dir'
    const several = pull['socket-dir'] !== undefined || (pull.servers ?? []).length > 1
    if (!several || !isGiven(reading, 'pull', option)) return []
    const message =
      'with more than one process daemon.SslFrontendSessionReuse_pct is their mean; haproxystats 0.5.2 sent the sum'
    return note('pull', option, message)
  },
  'Graphite is an output by its section': (configuration, reading) => {
    const [section] = (['local-store', 'http'] as const).filter((name) => configuration[name] !== undefined)
    // Without any output there is a warning of that.
    if (section === undefined || reading.place('graphite') !== undefined) return []
    const message = `the only output; haproxystats 0.5.2 also sent to ${configuration.graphite.server} without a section [graphite]`
    return [{ section, message, hint: 'add [graphite] with server and port to go on with it' }]
  },
  'what does not fit in memory waits on disk': (_, reading) => {
    if (!isGiven(reading, 'graphite', 'queue-size')) return []
    const message =
      'datapoints that do not fit wait in src-dir of [process] as snapshots; haproxystats 0.5.2 dropped them, and lost all of them when it stopped'
    return note('graphite', 'queue-size', message)
  },
  'a path has only what Graphite takes': (configuration, reading) => {
    const { root, groupNamespace } = linesEncoding(configuration).options
    const { namespace, 'group-namespace': level } = configuration.graphite
    const levels = root.split('.').slice(0, namespace.split('.').filter((part) => part !== '').length)
    const sent = (section: string, option: string, text: string, as: string | undefined) =>
      as === text ? [] : note(section, option, `is sent as ${as}; haproxystats 0.5.2 sent it as it is`)
    return [
      ...sent('graphite', 'namespace', namespace, levels.join('.')),
      ...(level === undefined ? [] : sent('graphite', 'group-namespace', level, groupNamespace)),
      ...groups.flatMap((section) =>
        reading.names(section).flatMap((option) => sent(section, option, option, segmentOf(option))),
      ),
    ]
  },
}

const builtInBase = '/var/lib/haproxystats'
const directories = [
  ['pull', 'dst-dir'],
  ['pull', 'tmp-dst-dir'],
  ['process', 'src-dir'],
] as const
const groups = ['frontend-groups', 'backend-groups', 'server-groups'] as const

/** What haproxystats 0.5.2 averaged, and sent beside any list. */
const averaged = (['backend', 'server'] as const).map((kind) => {
  const names: string[] = defaultLists[kind].filter(({ merge }) => merge !== 'sum').map(({ name }) => name)
  return { kind, option: `${kind}-metrics` as const, names }
})

function isGiven(reading: Reading, section: string, option: string): boolean {
  return reading.place(section, option) !== undefined
}

/**
 * What changes for this configuration. Nothing when it has any option or section that haproxystats 0.5.2 had not: it was written, or
 * looked through, for this release.
 */
export function changesSincePython(reading: Reading, configuration: Configuration): readonly Problem[] {
  if (isOfThisRelease(reading)) return []
  return Object.values(changes)
    .flatMap((change) => change(configuration, reading))
    .map((its) => withValue(its, reading))
}

function isOfThisRelease(reading: Reading): boolean {
  if (reading.place('http') !== undefined) return true
  const sections = ['DEFAULT', 'paths', 'pull', 'process', 'graphite', 'local-store']
  return [...sections, ...reading.members('graphite')].some((section) => {
    const options = Object.entries(sectionRow(section)?.options ?? {})
    return (
      familyOf(section) !== undefined ||
      options.some(([option, { since }]) => since && isGiven(reading, section, option))
    )
  })
}

function withValue(its: Note, reading: Reading): Problem {
  const found = its.option === undefined ? undefined : reading.text(its.section, its.option)
  return found === undefined ? its : { ...its, found }
}
