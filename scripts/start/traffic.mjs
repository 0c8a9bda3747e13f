// @ts-check
import { Agent, get } from 'node:http'

const requestsPerSecond = 50
/** Requests that may wait for an answer at a time; while so many do, no more are made. */
const mostOpen = 16

/** What is asked for, over and over: of 25 requests two find nothing, and one fails. */
const paths = Array.from({ length: 25 }, (_, index) =>
  index === 7 || index === 15 ? '/missing' : index === 22 ? '/broken' : '/',
)

/**
 * Requests at an even pace over kept-alive connections to 127.0.0.1, to each port in turn. Gives the function that ends it.
 * @param {readonly number[]} ports
 * @returns {() => void}
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
    // What HAProxy answers, or that it does not, is for its statistics to say.
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
