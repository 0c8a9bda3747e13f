import { readFileSync, statSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { StatsError } from '@haproxystats/core'

/** What the server answers HTTPS with. */
export interface CertificateFiles {
  readonly certificate: string
  /** The same file unless given. */
  readonly key: string | undefined
}

/** When both files were changed last. @throws CONFIGURATION */
export function ageOfCertificate({ certificate, key = certificate }: CertificateFiles): string {
  return [certificate, key].map((path) => reading(path, () => statSync(path).mtimeMs)).join(' ')
}

/**
 * Reads certificate and key, and sees whether they belong together.
 *
 * @throws CONFIGURATION naming the file.
 */
export function readCertificate({ certificate, key = certificate }: CertificateFiles): SecureContextOptions {
  const options: SecureContextOptions = {
    cert: reading(certificate, () => readFileSync(certificate)),
    key: reading(key, () => readFileSync(key)),
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

function reading<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new StatsError('CONFIGURATION', `cannot read ${path}: ${(error as Error).message}`, {}, error)
  }
}
