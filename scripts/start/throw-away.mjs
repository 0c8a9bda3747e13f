// @ts-check
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../setup/problem.mjs'
import { stopChildren } from './children.mjs'
import { probe } from './sockets.mjs'

/** @typedef {import('./children.mjs').Child} Child */
/** @typedef {{ child: Child, socket: string, ports: { www: number, api: number } }} ThrowAway */

/** HAProxy binds a socket by way of a longer temporary name; its limit then is 97 bytes for the name asked for. */
const pathLimit = 90
const startSeconds = 10
/** Another program may take a port between its choice and HAProxy's start. */
const attempts = 5

/**
 * Makes a directory for two HAProxy processes: in the given one, or a short one of its own where something of that name
 * is there already, or where the path would be too long for a socket or syntax in HAProxy's configuration.
 * @param {string} directory
 */
export function makeSocketDirectory(directory) {
  const wanted = join(directory, 'throw-away')
  const longest = join(wanted, 'servers', 'second.sock')
  const fits = Buffer.byteLength(longest) <= pathLimit && /^[\w./+@-]+$/.test(longest) && !existsSync(wanted)
  const chosen = fits ? wanted : mkdtempSync(join(tmpdir(), 'haproxystats-'))
  mkdirSync(join(chosen, 'stats'), { recursive: true, mode: 0o750 })
  mkdirSync(join(chosen, 'servers'), { mode: 0o750 })
  return chosen
}

/**
 * Starts one HAProxy with two frontends and waits until its stats socket answers.
 * @param {object} what
 * @param {import('./crew.mjs').Crew} what.crew
 * @param {string} what.command
 * @param {string} what.name
 * @param {string} what.directory made by `makeSocketDirectory`
 * @param {string} what.logFile
 * @returns {Promise<ThrowAway>}
 */
export async function startHaproxy({ crew, command, name, directory, logFile }) {
  const socket = join(directory, 'stats', `${name}.sock`)
  const file = join(directory, `${name}.cfg`)
  let why = ''
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const [www = 0, api = 0] = await freePorts(2)
    const servers = join(directory, 'servers')
    writeFileSync(
      file,
      configuration({ socket, www, api, origin: join(servers, `${name}.sock`), nobody: join(servers, 'nobody') }),
    )
    const child = await crew.start('source', {
      name: `the ${name} HAProxy`,
      command,
      args: ['-db', '-f', file],
      logFile,
    })
    if (await answers(child, socket)) return { child, socket, ports: { www, api } }
    await stopChildren([child])
    why = child.lastLines().join('\n')
    if (!why.includes('cannot bind socket')) break
  }
  throw new Problem(`${why}\n${command} did not start with ${file}; it takes HAProxy 2.2 or newer.`)
}

/**
 * @param {Child} child
 * @param {string} socket
 */
async function answers(child, socket) {
  const ended = child.ended.then(() => true)
  for (let waited = 0; waited < startSeconds; waited += 0.05) {
    if ((await probe(socket)) === undefined) return true
    if (await Promise.race([ended, delay(50, false)])) return false
  }
  return false
}

/**
 * Ports of 127.0.0.1 that nobody listens on, chosen by the kernel.
 * @param {number} count
 * @returns {Promise<number[]>}
 */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise((/** @type {(port: number) => void} */ resolve, reject) => {
          server.once('error', reject).listen(0, '127.0.0.1', () => {
            const address = server.address()
            resolve(typeof address === 'object' && address !== null ? address.port : 0)
          })
        }),
    ),
  )
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** @param {{ socket: string, www: number, api: number, origin: string, nobody: string }} places */
function configuration({ socket, www, api, origin, nobody }) {
  return `# Written by npm start: a small HAProxy to look at. "origin" is what its servers are; nothing listens for web3.
global
  stats socket ${socket} mode 600 level user
  maxconn 500

defaults
  mode http
  retries 2
  option redispatch 1
  timeout connect 1s
  timeout client 20s
  timeout server 20s

frontend www
  bind 127.0.0.1:${www}
  default_backend pages

frontend api
  bind 127.0.0.1:${api}
  default_backend services

backend pages
  server web1 unix@${origin} check
  server web2 unix@${origin} check
  server web3 unix@${nobody} check inter 1s fall 1

backend services
  server app1 unix@${origin} check
  server app2 unix@${origin} check

frontend origin
  bind unix@${origin} mode 600
  http-request return status 404 content-type text/plain string "There is no such page.\\n" if { path_beg /missing }
  http-request return status 500 content-type text/plain string "It broke.\\n" if { path_beg /broken }
  http-request return status 200 content-type text/plain string "Served by a throw-away HAProxy.\\n"
`
}
