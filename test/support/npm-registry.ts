import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Published {
  readonly name: string
  readonly version: string
}

/** A registry that has one package and sends everybody who asks for another to `elsewhere`; returns its address. */
export async function npmRegistry(manifest: Published, tarball: Buffer, elsewhere: string): Promise<string> {
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const server = createServer(({ url = '', headers }, response) => {
    const dist = { tarball: `http://${headers.host}/tarball`, integrity }
    // As a registry says of a package that brings npm-shrinkwrap.json; without it npm does not look.
    const versions = { [manifest.version]: { ...manifest, _hasShrinkwrap: true, dist } }
    if (url === '/tarball') response.end(tarball)
    else if (url === `/${manifest.name}`) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ name: manifest.name, 'dist-tags': { latest: manifest.version }, versions }))
    } else response.writeHead(302, { location: new URL(url, elsewhere).href }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.closeAllConnections())
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
