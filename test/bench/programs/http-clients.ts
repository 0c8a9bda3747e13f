// Clients of [http]: http-clients.js <socket> <number> <path>. Each asks again as soon as it has its response. To any message
// it replies with what came since the last one.
import http from 'node:http'
import { setPriority } from 'node:os'

export interface Counts {
  readonly responses: number
  readonly bytes: number
  readonly failures: number
}

const [socketPath = '', clients = '200', path = '/stats;csv'] = process.argv.slice(2)

// Real clients run on other machines: here they get the CPU time that the programs leave.
setPriority(19)

let counts = { responses: 0, bytes: 0, failures: 0 }
const agent = new http.Agent({ keepAlive: true, maxSockets: Number(clients) })

process.on('message', () => {
  process.send?.(counts satisfies Counts)
  counts = { responses: 0, bytes: 0, failures: 0 }
})
for (let client = 0; client < Number(clients); client++) ask()
process.send?.('ready')

function ask(): void {
  const request = http.get({ socketPath, path, agent, headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
    response.on('data', (chunk: Buffer) => {
      counts.bytes += chunk.length
    })
    response.on('error', () => finish(false))
    response.on('end', () => finish(response.statusCode === 200))
  })
  request.on('error', () => finish(false))
}

/** The pause keeps a client that fails at once from asking in a busy loop. */
function finish(succeeded: boolean): void {
  counts[succeeded ? 'responses' : 'failures']++
  setTimeout(ask, 1)
}
