/** Certificates made for one test by openssl. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Certificates {
  /** Of the authority, to be trusted. */
  readonly ca: string
  /** Certificate and key in one file, for `lb.test` and 127.0.0.1. */
  readonly server: string
  readonly client: string
  readonly clientKey: string
}

/** Makes an authority and what it signs, in this directory. */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const path = (name: string) => join(directory, name)
  const openssl = (...words: string[]) => run('openssl', words, { cwd: directory })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=authority')
  for (const [name, names] of [
    ['server', 'DNS:lb.test,IP:127.0.0.1'],
    ['client', 'DNS:client.test'],
  ] as const) {
    await writeFile(path(`${name}.ext`), `subjectAltName=${names}\n`)
    await openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const signed = ['-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2']
    await openssl('x509', '-req', ...signed, '-extfile', `${name}.ext`, '-out', `${name}.crt`)
  }
  const both = await Promise.all(['server.crt', 'server.key'].map((name) => readFile(path(name), 'utf8')))
  await writeFile(path('server.pem'), both.join(''))
  return { ca: path('ca.pem'), server: path('server.pem'), client: path('client.crt'), clientKey: path('client.key') }
}
