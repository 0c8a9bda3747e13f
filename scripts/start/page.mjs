// @ts-check
import { createServer } from 'node:net'

/** Where haproxystats serves unless it is told otherwise. */
const usualPort = 8405

/**
 * Where the page is served: as asked for; else at the usual port of loopback, or at a free one when somebody has that.
 * @param {{ host: string, port: number } | undefined} asked
 */
export async function choosePage(asked) {
  const { host, port } = asked ?? { host: '127.0.0.1', port: (await freePort(usualPort)) ?? (await freePort(0)) }
  const listen = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return { listen, address: `http://${listen}/` }
}

/**
 * @param {number} port 0 for any
 * @returns {Promise<number | undefined>} undefined when it is taken
 */
function freePort(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined))
    })
  })
}
