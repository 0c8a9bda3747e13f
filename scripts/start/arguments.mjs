// @ts-check
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../setup/quietly.mjs'
import { ScriptError } from '../setup/script-error.mjs'

export const usage = `npm start -- [socket-directory] [options]

Shows haproxystats at work. It reads the stats sockets in socket-directory, or those of an HAProxy that runs on this
machine (/run/haproxy), or those of two HAProxy processes that it starts on loopback with light traffic.

  --graphite <host:port>  also send the datapoints to Graphite (plain text protocol)
  --page <host:port>      address of the page (127.0.0.1:8405, or a free port)
  --snapshots <number>    stop after this number of delivered snapshots
  --var <directory>       directory of all files (./var)
  -h, --help              show this help`

/** @typedef {{ host: string, port: number }} Address */
/** @typedef {ReturnType<typeof parseArguments>} Arguments */

/** Reads the command line. Throws a `ScriptError` with exit code 2. @param {string[]} args */
export function parseArguments(args) {
  const { values, positionals } = parse(args)
  if (positionals.length > 1) throw usageError(`found ${positionals.join(' ')}, expected at most one directory`)
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

/** Relative to the person's directory, which may be below the one where npm runs its scripts. @param {string} path */
function absolute(path) {
  const { npm_lifecycle_event: script, INIT_CWD: directory } = process.env
  return resolve(script === 'start' && directory !== undefined ? directory : '.', path)
}

/** @param {string[]} args */
function parse(args) {
  /** @type {Record<'graphite' | 'page' | 'snapshots' | 'var', { type: 'string' }>} */
  const texts = {
    graphite: { type: 'string' },
    page: { type: 'string' },
    snapshots: { type: 'string' },
    var: { type: 'string' },
  }
  try {
    return parseArgs({ args, allowPositionals: true, options: { ...texts, help: { type: 'boolean', short: 'h' } } })
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error))
  }
}

/**
 * @param {string} option
 * @param {string} text
 * @returns {Address}
 */
function parseAddress(option, text) {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+)):([0-9]{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match !== null && port >= 1 && port <= 65535) return { host: match[1] ?? match[2] ?? '', port }
  throw usageError(`${option}: found "${text}", expected host:port, as 127.0.0.1:2003 or [::1]:2003`)
}

/** @param {string} text */
function parseCount(text) {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text)
  throw usageError(`--snapshots: found "${text}", expected a whole number of at least 1`)
}

/** @param {string} message */
function usageError(message) {
  return new ScriptError(`${message}\nnpm start -- --help shows the usage.`, 2)
}
