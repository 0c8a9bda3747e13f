import { statSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions, type Server } from 'node:tls'
import { largestPersonalFile, readRegularFile, StatsError } from '@haproxystats/core'

/** What the server answers HTTPS with. */
export interface CertificateFiles {
  readonly certificate: string
  /** The same file unless given. */
  readonly key: string | undefined
}

/** When both files were changed last. @throws CONFIGURATION */
function ageOfCertificate({ certificate, key = certificate }: CertificateFiles): string {
  return [certificate, key].map((path) => reading(path, () => statSync(path).mtimeMs)).join(' ')
}

/**
 * Reads certificate and key, and sees whether they belong together.
 *
 * @throws CONFIGURATION naming the file.
 */
export function readCertificate({ certificate, key = certificate }: CertificateFiles): SecureContextOptions {
  const options: SecureContextOptions = {
    cert: reading(certificate, () => readRegularFile(certificate, largestPersonalFile)),
    key: reading(key, () => readRegularFile(key, largestPersonalFile)),
    minVersion: 'TLSv1.2',
  }
  try {
    createSecureContext(options)
  } catch (error) {
    const message = `${certificate}${key === certificate ? '' : ` and ${key}`}: not a certificate with its key in PEM: ${(error as Error).message}`
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
  options: { readonly interval: number; readonly tell: (severity: 'info' | 'error', message: string) => void },
): () => void {
  const { interval, tell } = options
  let age = ageOfCertificate(files)
  let trouble = ''
  const look = () => {
    try {
      const now = ageOfCertificate(files)
      if (now === age) return
      const context = readCertificate(files)
      age = now
      for (const server of servers) server.setSecureContext(context)
      tell('info', `answers with the new certificate of ${files.certificate}`)
      trouble = ''
    } catch (error) {
      const { message } = error as Error
      if (message !== trouble) tell('error', `the certificate stays the old one: ${message}`)
      trouble = message
    }
  }
  const timer = setInterval(look, interval).unref()
  return () => clearInterval(timer)
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new StatsError('CONFIGURATION', `cannot read ${path}: ${(error as Error).message}`, {}, error)
  }
}
