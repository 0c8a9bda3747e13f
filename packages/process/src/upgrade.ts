import { basename } from 'node:path'
import { type Configuration, type ConfigurationResult, type Diagnostic, parseAddress } from '@haproxystats/core'
import { defaultLists } from './aggregate/metric-lists.ts'
import { linesEncoding } from './outputs/format/paths.ts'
import { segmentOf } from './types/segment.ts'

/** One thing that haproxystats 0.5.2 did otherwise, told to whom it concerns. */
export interface Change {
  readonly summary: string
  /** Nothing when this configuration is not affected. `section` and `option` say where it is. */
  notes(configuration: Configuration, reading: ConfigurationResult): readonly (Diagnostic & { section: string })[]
}

/** What changes for a configuration that comes from haproxystats 0.5.2 (Python). */
export const changes: readonly Change[] = [
  {
    summary: 'A list of metrics is exact.',
    notes: ({ process }) =>
      averaged.flatMap(({ kind, option, names }) => {
        const listed = process[option]
        if (listed === undefined || listed.includes('default') || listed.includes('all')) return []
        const beside = names.filter((name) => !listed.includes(name))
        if (beside.length === 0) return []
        const message = `exactly these are sent; haproxystats 0.5.2 also sent ${beside.join(' ')} of ${kind}s`
        return [{ section: 'process', option, message, hint: 'list those that graphs use' }]
      }),
  },
  {
    summary: 'A listed average has one name.',
    notes: ({ process }) =>
      averaged.flatMap(({ option, names }) => {
        const twice = names.filter((name) => process[option]?.includes(name))
        if (twice.length === 0) return []
        const each = twice.map((name) => `${name}_x and ${name}_y`).join(', ')
        const message = `${twice.join(' ')} are sent under these names; haproxystats 0.5.2 called them ${each}`
        return [{ section: 'process', option, message, hint: 'change graphs that use the old names' }]
      }),
  },
  {
    summary: 'Aggregated servers leave out excluded backends.',
    notes: ({ process }) => {
      const affected = process['aggr-server-metrics'] && process['exclude-backends'] !== undefined
      const message = 'servers of backends in exclude-backends no longer count in server.<name>'
      return affected ? [{ section: 'process', option: 'aggr-server-metrics', message }] : []
    },
  },
  {
    summary: 'Aggregated servers have the metrics of servers.',
    notes: ({ process }) => {
      const affected = process['aggr-server-metrics'] && process['server-metrics'] !== undefined
      const message = 'server.<name> has the metrics of server-metrics only; haproxystats 0.5.2 sent its default list'
      const hint = 'list in server-metrics what graphs use'
      return affected ? [{ section: 'process', option: 'aggr-server-metrics', message, hint }] : []
    },
  },
  {
    summary: 'Each process has a name of its own.',
    notes: ({ process }) => {
      const message =
        'with HAProxy 2.5 and newer a process is named by its source, daemon.process.<source>; with haproxystats 0.5.2 all of them overwrote each other in daemon.process.1'
      return process['per-process-metrics'] ? [{ section: 'process', option: 'per-process-metrics', message }] : []
    },
  },
  {
    summary: 'Workers are threads.',
    notes: (_, reading) => {
      const message = 'workers are threads of one process'
      const hint =
        'a check that counts processes, as check_haproxystats_process_number_of_procs.sh, finds one: use check_haproxystats_process_workers'
      return isGiven(reading, 'process', 'workers') ? [{ section: 'process', option: 'workers', message, hint }] : []
    },
  },
  {
    summary: 'Directories follow base-dir.',
    notes: ({ paths }, reading) => {
      const moved = directories.filter(([section, option]) => !isGiven(reading, section, option))
      if (paths['base-dir'] === builtInBase || moved.length === 0) return []
      const names = moved.map(([section, option]) => `${option} of [${section}]`).join(', ')
      const message = `${names} are now below this directory; with haproxystats 0.5.2 they were below ${builtInBase}`
      const hint = 'set them, or move what waits there'
      return [{ section: 'paths', option: 'base-dir', message, hint }]
    },
  },
  {
    summary: 'Sockets of one name are all read.',
    notes: ({ pull }) => {
      const paths = (pull.servers ?? [])
        .map(parseAddress)
        .flatMap((address) => ('path' in address ? [address.path] : []))
      const names = paths.map((path) => basename(path))
      const alike = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
      if (alike.length === 0) return []
      const message = `all sockets called ${alike.join(', ')} are read; with haproxystats 0.5.2 one overwrote the other`
      const hint = 'sums become larger, and right'
      return [{ section: 'pull', option: 'servers', message, hint }]
    },
  },
  {
    summary: 'Percentages are means.',
    notes: ({ pull }, reading) => {
      const option = pull['socket-dir'] === undefined ? 'servers' : 'socket-dir'
      const several = pull['socket-dir'] !== undefined || (pull.servers ?? []).length > 1
      if (!several || !isGiven(reading, 'pull', option)) return []
      const message =
        'with more than one process daemon.SslFrontendSessionReuse_pct is their mean; haproxystats 0.5.2 sent the sum'
      return [{ section: 'pull', option, message }]
    },
  },
  {
    summary: 'Graphite is an output by its section.',
    notes: (configuration, reading) => {
      const others = (['local-store', 'http'] as const).filter((section) => configuration[section] !== undefined)
      const [section] = others
      // Without any output there is a warning of that.
      if (section === undefined || reading.place('graphite') !== undefined) return []
      const message = `the only output; haproxystats 0.5.2 also sent to ${configuration.graphite.server} without a section [graphite]`
      return [{ section, message, hint: 'add [graphite] with server and port to go on with it' }]
    },
  },
  {
    summary: 'What does not fit in memory waits on disk.',
    notes: (_, reading) => {
      const message =
        'datapoints that do not fit wait in src-dir of [process] as snapshots; haproxystats 0.5.2 dropped them, and lost all of them when it stopped'
      const option = 'queue-size'
      return isGiven(reading, 'graphite', option) ? [{ section: 'graphite', option, message }] : []
    },
  },
  {
    summary: 'A path has only what Graphite takes.',
    notes: (configuration, reading) => {
      const { root, groupNamespace } = linesEncoding(configuration).options
      const { namespace, 'group-namespace': level } = configuration.graphite
      const message = (sent: string) => `is sent as ${sent}; haproxystats 0.5.2 sent it as it is`
      const levels = root.split('.').slice(0, namespace.split('.').filter((part) => part !== '').length)
      return [
        ...(levels.join('.') === namespace
          ? []
          : [{ section: 'graphite', option: 'namespace', message: message(levels.join('.')) }]),
        ...(level === undefined || groupNamespace === level
          ? []
          : [{ section: 'graphite', option: 'group-namespace', message: message(`${groupNamespace}`) }]),
        ...groups.flatMap((section) =>
          reading.names(section).flatMap((option) => {
            return segmentOf(option) === option ? [] : [{ section, option, message: message(segmentOf(option)) }]
          }),
        ),
      ]
    },
  },
]

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

function isGiven(reading: ConfigurationResult, section: string, option: string): boolean {
  return reading.place(section, option) !== undefined
}

/**
 * What changes for this configuration. Nothing when it has any option or section that haproxystats 0.5.2 had not: it was written, or
 * looked through, for this release.
 */
export function changesSincePython(reading: ConfigurationResult, configuration: Configuration): readonly Diagnostic[] {
  if (isOfThisRelease(reading)) return []
  return changes.flatMap(({ notes }) => notes(configuration, reading)).map((note) => withValue(note, reading))
}

function isOfThisRelease(reading: ConfigurationResult): boolean {
  if (reading.place('http') !== undefined) return true
  const sections = ['DEFAULT', 'paths', 'pull', 'process', 'graphite', 'local-store']
  return [...sections, ...reading.members('graphite')].some((section) => {
    const options = Object.entries(reading.table.section(section)?.options ?? {})
    return (
      reading.table.familyOf(section) !== undefined ||
      options.some(([option, { since }]) => since && isGiven(reading, section, option))
    )
  })
}

function withValue(note: Diagnostic & { section: string }, reading: ConfigurationResult): Diagnostic {
  const found = note.option === undefined ? undefined : reading.text(note.section, note.option)
  return found === undefined ? note : { ...note, found }
}
