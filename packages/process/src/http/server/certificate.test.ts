import { copyFileSync, mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { expect, it } from 'vitest'
import { makeCertificates } from '../../../../../test/sources/certificates.ts'
import { parseConfiguration } from '../../../../../test/support/configuration.ts'
import { until } from '../../../../../test/support/until.ts'
import { MemoryHistory } from '../trend/memory-history.ts'
import { text } from '../types/route.ts'
import { HttpServer } from './server.ts'

it('a server answers HTTPS, with the new certificate when it is renewed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'https-'))
  const { server: first, client: second, clientKey } = await makeCertificates(directory)
  const [certificate, key, socketPath] = ['c.pem', 'k.pem', 's'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ]
  const install = (from: string, fromKey: string, time: number) => {
    copyFileSync(from, certificate)
    copyFileSync(fromKey, key)
    for (const path of [certificate, key]) utimesSync(path, time, time)
  }
  const commonName = () =>
    new Promise<string>((resolve, reject) => {
      const request = get({ socketPath, path: '/health', rejectUnauthorized: false, agent: false }, (response) => {
        const { subject } = (response.socket as TLSSocket).getPeerCertificate()
        response.resume()
        response.on('end', () => resolve(`${response.statusCode} ${subject.CN}`))
      })
      request.on('error', reject)
    })
  install(first, first, 1)
  const { http } = parseConfiguration(
    `[http]\nlisten = unix://${socketPath}\ntls-certificate-file = ${certificate}\ntls-key-file = ${key}`,
  )
  const logged: string[] = []
  const server = new HttpServer({
    settings: http!,
    routes: [{ path: '/health', summary: '', answer: () => text('ok') }],
    files: new Map(),
    facts: {
      view: undefined,
      history: new MemoryHistory({ bound: 2 ** 20 }),
      status: {},
      interval: 1,
      now: () => 0,
    },
    log: (severity, message) => logged.push(`${severity}: ${message}`),
    certificateInterval: 20,
  })
  try {
    await server.start()
    expect(await commonName()).toBe('200 server')
    copyFileSync(clientKey, key)
    utimesSync(certificate, 2, 2)
    await until('the damaged one to be logged of', () =>
      logged.some((line) => line.includes('keeps its old certificate')),
    )
    expect(await commonName()).toBe('200 server')
    install(second, clientKey, 3)
    await until('the new one', async () => (await commonName()) === '200 client')
    // Another file in the same place, as old as the one before.
    install(first, first, 3)
    await until('the first one again', async () => (await commonName()) === '200 server')
  } finally {
    await server.close()
    rmSync(directory, { recursive: true, force: true })
  }
})
