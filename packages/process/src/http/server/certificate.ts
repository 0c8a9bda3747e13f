import { createSecureContext, type SecureContextOptions, type Server } from 'node:tls'
import { createConditions, keepLast, readSettingsFile, StatsError, textLog, watchFiles } from '@haproxystats/core'

/** What the server answers HTTPS with. */
export interface CertificateFiles {
  readonly certificate: string
  /** The same file unless given. */
  readonly key: string | undefined
}

/**
 * Reads certificate and key, and checks that they belong together.
 *
 * @throws CONFIGURATION naming the file.
 */
export function readCertificate(files: CertificateFiles): SecureContextOptions {
  return parseCertificate(files, ...pathsOf(files).map(readSettingsFile))
}

function pathsOf({ certificate, key }: CertificateFiles): string[] {
  return key === undefined ? [certificate] : [certificate, key]
}

function parseCertificate({ certificate, key: path }: CertificateFiles, cert?: Buffer, key = cert) {
  const options = { cert, key, minVersion: 'TLSv1.2' } as SecureContextOptions
  try {
    createSecureContext(options)
  } catch (error) {
    const files = path === undefined ? certificate : `${certificate} and ${path}`
    const message = `${files}: not a certificate with its key in PEM: ${(error as Error).message}`
    throw new StatsError('CONFIGURATION', message, {}, error)
  }
  return options
}

/**
 * Has servers answer with a certificate that was renewed; until it can be read, and fits its key, with the old one.
 *
 * @returns what ends it.
 */
export function followCertificate(
  files: CertificateFiles,
  servers: readonly Server[],
  options: { readonly interval: number; readonly log: (severity: 'info' | 'warn' | 'error', text: string) => void },
): () => void {
  const { interval, log } = options
  const path = files.certificate
  const conditions = createConditions(textLog(log))
  const kept = 'the server keeps its old certificate'
  const watch = watchFiles(pathsOf(files), (...contents) => parseCertificate(files, ...contents))
  const read = keepLast(watch, { conditions, path, kept, level: 'error' })
  let current = read()
  const timer = setInterval(() => {
    const next = read()
    if (next === current) return
    current = next
    for (const server of servers) server.setSecureContext(next)
    log('info', `new certificate of ${path} in use`)
  }, interval).unref()
  return () => clearInterval(timer)
}
