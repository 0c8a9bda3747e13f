// Whether /health of [http] is answered: node health.mjs ADDRESS [SOCKET]
import http from 'node:http'
import https from 'node:https'

const [address, socketPath] = process.argv.slice(2)
const { get } = address.startsWith('https:') ? https : http
const options = { rejectUnauthorized: false, timeout: 10_000, ...(socketPath && { socketPath }) }
get(`${address}/health`, options, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', (error) => {
  console.error(error.message)
  process.exit(1)
})
