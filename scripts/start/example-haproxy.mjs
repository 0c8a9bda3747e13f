// @ts-check
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ScriptError } from '../setup/script-error.mjs'
import { probe } from './sockets.mjs'

const startSeconds = 10
const requestsPerSecond = 50
/** While so many requests wait for an answer, no more are made. */
const mostOpen = 16

/** The paths requested in turn: of 25 requests two get a 404, and one a 500. */
const paths = Array.from({ length: 25 }, (_, index) =>
  index === 7 || index === 15 ? '/missing' : index === 22 ? '/broken' : '/',
)

/** Makes the directory of the example HAProxy processes, with a path short enough for sockets. */
export function makeExampleDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'haproxystats-'))
  for (const name of ['stats', 'servers']) mkdirSync(join(directory, name), { mode: 0o750 })
  return directory
}

/**
 * Starts an HAProxy with two frontends and waits until its stats socket answers.
 * @param {import('./children.mjs').Children} children
 * @param {{ command: string, name: string, directory: string, logFile: string }} what `directory` of `makeExampleDirectory`
 */
export async function startExampleHaproxy(children, { command, name, directory, logFile }) {
  const socket = join(directory, 'stats', `${name}.sock`)
  const file = join(directory, `${name}.cfg`)
  const [www = 0, api = 0] = await Promise.all([freePort(0), freePort(0)])
  const ports = { www, api }
  writeFileSync(file, configuration({ socket, ports, servers: join(directory, 'servers'), name }))
  const args = ['-db', '-f', file]
  const child = await children.start({ name: `the ${name} HAProxy`, command, args, logFile })
  const ended = child.ended.then(() => true)
  for (let waited = 0; waited < startSeconds; waited += 0.05) {
    if ((await probe(socket)) === undefined) return { child, socket, ports }
    if (await Promise.race([ended, delay(50, false)])) break
  }
  throw new ScriptError(
    `${child.lastLines.join('\n')}\n${command} did not start with ${file}; HAProxy 2.2 or newer is required.`,
  )
}

/**
 * A port of 127.0.0.1 on which nothing listens; undefined when it is in use.
 * @param {number} port 0 for any
 * @returns {Promise<number | undefined>}
 */
export function freePort(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined))
    })
  })
}

/**
 * Makes requests at an even pace to ports of 127.0.0.1 in turn, over kept-alive connections. Returns a function that stops.
 * @param {readonly number[]} ports
 */
export function startTraffic(ports) {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  let count = 0
  let open = 0
  const timer = setInterval(() => {
    if (open >= mostOpen) return
    open += 1
    count += 1
    const path = paths[Math.floor(count / ports.length) % paths.length]
    const port = ports[count % ports.length]
    const request = get({ host: '127.0.0.1', port, path, agent, timeout: 5000 }, (response) => response.resume())
    request.on('timeout', () => request.destroy())
    // HAProxy's statistics count the failures.
    request.on('error', () => {})
    request.on('close', () => {
      open -= 1
    })
  }, 1000 / requestsPerSecond)
  return () => {
    clearInterval(timer)
    agent.destroy()
  }
}

/** @param {{ socket: string, ports: { www: number, api: number }, servers: string, name: string }} what */
function configuration({ socket, ports, servers, name }) {
  const origin = `unix@${servers}/${name}.sock`
  return `# Written by npm start. The frontend "origin" answers for the servers; nothing listens for web3.
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
  bind 127.0.0.1:${ports.www}
  default_backend pages

frontend api
  bind 127.0.0.1:${ports.api}
  default_backend services

backend pages
  server web1 ${origin} check
  server web2 ${origin} check
  server web3 unix@${servers}/nobody check inter 1s fall 1

backend services
  server app1 ${origin} check
  server app2 ${origin} check

frontend origin
  bind ${origin} mode 600
  http-request return status 404 content-type text/plain string "There is no such page.\\n" if { path_beg /missing }
  http-request return status 500 content-type text/plain string "It broke.\\n" if { path_beg /broken }
  http-request return status 200 content-type text/plain string "Served by an example HAProxy.\\n"
`
}
