// @ts-check
import { infoFieldByName, statFieldByName } from '../../packages/haproxy/dist/index.js'
import { backendMetrics } from '../../packages/process/dist/aggregate/backend-metrics.js'
import { rowMetrics } from '../../packages/process/dist/aggregate/derived/row-metrics.js'
import { spreadMetrics } from '../../packages/process/dist/aggregate/derived/spread-metrics.js'
import {
  accountMetrics,
  dispatcherMetrics,
  graphiteMetrics,
  snapshotMetrics,
} from '../../packages/process/dist/aggregate/own-metrics.js'
import { dashboards } from './dashboards.mjs'

/** @typedef {import('./dashboards.mjs').Dashboard} Dashboard */
/** @typedef {import('./dashboards.mjs').Panel} Panel */

/** The dashboards as Grafana keeps them: dashboard JSON model, schema version 39 (Grafana 10.4 and newer). */
export function grafana() {
  const files = Object.entries(dashboards).map(([name, dashboard]) => {
    return [`contrib/grafana/${name}.json`, `${JSON.stringify(model(name, dashboard), null, 2)}\n`]
  })
  return Object.fromEntries(files)
}

const datasource = { type: 'graphite', uid: '${datasource}' }

/** @param {string} name @param {Dashboard} dashboard */
function model(name, { title, summary, choose = [], fleet = false, panels }) {
  return {
    uid: `haproxystats-${name}`,
    title,
    description: `${summary} Written by npm run contrib.`,
    tags: ['haproxy', 'haproxystats'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    links: [
      {
        type: 'dashboards',
        title: 'HAProxy',
        tags: ['haproxystats'],
        asDropdown: true,
        keepTime: true,
        includeVars: true,
      },
    ],
    annotations: { list: [] },
    templating: { list: [...everywhere, ...(fleet ? [] : [host]), ...choose.map((what) => variables[what])] },
    panels: panels.map((panel, index) => panelModel(panel, index, fleet)),
  }
}

const everywhere = [
  { name: 'datasource', label: 'Graphite', type: 'datasource', query: 'graphite', current: {}, hide: 0, options: [] },
  {
    name: 'namespace',
    label: 'namespace',
    type: 'textbox',
    query: 'loadbalancers',
    hide: 0,
    current: { text: 'loadbalancers', value: 'loadbalancers' },
    options: [{ selected: true, text: 'loadbalancers', value: 'loadbalancers' }],
  },
]

/** @param {string} name @param {string} label @param {string} query */
function choice(name, label, query) {
  return {
    name,
    label,
    type: 'query',
    datasource,
    query,
    definition: query,
    refresh: 2,
    sort: 1,
    hide: 0,
    current: {},
    options: [],
  }
}

const host = choice('host', 'load balancer', '$namespace.*')
const root = '$namespace.$host.haproxy'
const variables = {
  frontend: choice('frontend', 'frontend', `${root}.frontend.*`),
  backend: choice('backend', 'backend', `${root}.backend.*`),
  server: choice('server', 'server', `${root}.backend.$backend.server.*`),
  destination: choice('destination', 'destination', `${root}.haproxystats.dispatcher.*`),
}

const [columns, width, height] = [2, 12, 8]

/** @param {Panel} panel @param {number} index @param {boolean} fleet */
function panelModel({ title, of, metrics, name, needs }, index, fleet) {
  const above = fleet ? '$namespace.*.haproxy' : root
  const targets = metrics.map((metric, number) => {
    const path = `${above}.${of}.${metric}`
    const rated = natureOf(metric).counter ? `perSecond(${path})` : path
    const target = name === undefined ? `alias(${rated}, '${metric}')` : `aliasByNode(${rated}, ${name})`
    return { refId: String.fromCharCode(65 + number), datasource, target }
  })
  const unit = unitOf(/** @type {string} */ (metrics[0]))
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    ...(needs === undefined ? {} : { description: `Sent with the option ${needs}.` }),
    datasource,
    gridPos: { x: (index % columns) * width, y: Math.trunc(index / columns) * height, w: width, h: height },
    fieldConfig: {
      defaults: { unit, min: 0, custom: { drawStyle: 'line', fillOpacity: 10, showPoints: 'never' } },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
    targets,
  }
}

/** What an operator would call the unit, in Grafana's words; of a counter it is that of its growth. */
function unitOf(/** @type {string} */ metric) {
  const { unit, counter } = natureOf(metric)
  if (unit === 'bytes') return counter ? 'Bps' : 'bytes'
  if (unit === '1/s' || counter) return 'cps'
  return { 'bytes/s': 'Bps', ms: 'ms', seconds: 's', percent: 'percent', MiB: 'mbytes' }[unit] ?? 'short'
}

const derived = [...rowMetrics, ...spreadMetrics, ...backendMetrics(true), ...snapshotMetrics]
const sinceStart = [...accountMetrics, ...graphiteMetrics(dispatcherMetrics)].filter(
  ({ name }) => !/Waiting|Proved/.test(name),
)

/** @param {string} metric */
function natureOf(metric) {
  const field = statFieldByName.get(metric) ?? infoFieldByName.get(metric)
  if (field !== undefined) return { unit: field.unit, counter: field.nature === 'counter' && !field.misdeclared }
  if (metric === 'SecondsSinceReload') return { unit: 'seconds', counter: false }
  const unit = derived.find(({ name }) => name === metric)?.unit ?? 'count'
  return { unit, counter: sinceStart.some(({ name }) => name === metric) }
}
