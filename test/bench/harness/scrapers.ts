// Clients of [http]: scrapers.js <socket> <number> <path>. Each asks again as soon as it has its answer. Any message asks
// how many answers there were since the last one.
import http from 'node:http'
import { setPriority } from 'node:os'

export interface Scraped {
  readonly answers: number
  readonly bytes: number
  readonly failures: number
}

const [socketPath = '', clients = '200', path = '/stats;csv'] = process.argv.slice(2)

// They would be on other machines: here they get what the programs leave.
setPriority(19)

let counts = { answers: 0, bytes: 0, failures: 0 }
const agent = new http.Agent({ keepAlive: true, maxSockets: Number(clients) })

process.on('message', () => {
  process.send?.(counts satisfies Scraped)
  counts = { answers: 0, bytes: 0, failures: 0 }
})
for (let client = 0; client < Number(clients); client++) scrape()
process.send?.('ready')

function scrape(): void {
  const request = http.get({ socketPath, path, agent, headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
    response.on('data', (chunk: Buffer) => {
      counts.bytes += chunk.length
    })
    response.on('error', failed)
    response.on('end', () => {
      if (response.statusCode === 200) counts.answers++
      else counts.failures++
      again()
    })
  })
  request.on('error', failed)
}

function failed(): void {
  counts.failures++
  again()
}

/** Not at once, so that one that fails does not turn in a circle. */
function again(): void {
  setTimeout(scrape, 1)
}
