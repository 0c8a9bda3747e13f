// @ts-check
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Problem } from '../setup/problem.mjs'
import { root } from '../setup/quietly.mjs'

export const usage = `npm start -- [socket-directory] [options]

Shows haproxystats at work. It reads the stats sockets of socket-directory, or of a HAProxy that runs on this machine
(/run/haproxy), or of two throw-away HAProxy processes that it starts on loopback with light traffic.

  --graphite <host:port>  also send the datapoints to Graphite (its plain text protocol)
  --page <host:port>      where to serve the page (127.0.0.1:8405, or a free port)
  --snapshots <number>    end after so many delivered snapshots
  --var <directory>       where everything is kept (./var)
  -h, --help              show this and end`

/**
 * @typedef {object} Arguments
 * @property {boolean} help
 * @property {string | undefined} directory the directory of stats sockets, absolute
 * @property {{ host: string, port: number } | undefined} graphite
 * @property {{ host: string, port: number } | undefined} page
 * @property {number | undefined} snapshots
 * @property {string} var absolute
 */

/**
 * Reads the command line; throws a `Problem` with exit code 2 for what it cannot read.
 * @param {string[]} argv
 * @returns {Arguments}
 */
export function parseArguments(argv) {
  const { values, positionals } = parse(argv)
  if (positionals.length > 1) throw wrong(`found ${positionals.join(' ')}, expected at most one directory`)
  const [directory] = positionals
  return {
    help: values.help ?? false,
    directory: directory === undefined ? undefined : absolute(directory),
    graphite: values.graphite === undefined ? undefined : parseAddress('--graphite', values.graphite),
    page: values.page === undefined ? undefined : parseAddress('--page', values.page),
    snapshots: values.snapshots === undefined ? undefined : parseCount(values.snapshots),
    var: absolute(values.var ?? `${root}/var`),
  }
}

/**
 * A path as the person meant it, who may stand in a folder below the one in which npm runs its scripts.
 * @param {string} path
 */
function absolute(path) {
  const { npm_lifecycle_event: script, INIT_CWD: stands } = process.env
  return resolve(script === 'start' && stands !== undefined ? stands : '.', path)
}

/** @param {string[]} argv */
function parse(argv) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        graphite: { type: 'string' },
        page: { type: 'string' },
        snapshots: { type: 'string' },
        var: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

/**
 * @param {string} option
 * @param {string} text
 */
function parseAddress(option, text) {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+)):([0-9]{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port < 1 || port > 65535) {
    throw wrong(`${option}: found "${text}", expected host:port, as 127.0.0.1:2003 or [::1]:2003`)
  }
  return { host: match[1] ?? match[2] ?? '', port }
}

/** @param {string} text */
function parseCount(text) {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw wrong(`--snapshots: found "${text}", expected a whole number from 1 on`)
  return Number(text)
}

/** @param {string} message */
function wrong(message) {
  return new Problem(`${message}\nnpm start -- --help shows the usage.`, 2)
}
