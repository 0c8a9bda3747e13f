import {
  type Configuration,
  type Diagnostic,
  largestPersonalFile,
  openToAll,
  readRegularFile,
  reasonOf,
  StatsError,
  watchFiles,
} from '@haproxystats/core'
import type { TlsOptions } from '@haproxystats/haproxy'

type Options = Configuration['pull']

/** The options that name a file, and whether its content is secret. */
const files = [
  { option: 'http-password-file', secret: true },
  { option: 'tls-ca-file', secret: false },
  { option: 'tls-certificate-file', secret: false },
  { option: 'tls-key-file', secret: true },
] as const

type FileOption = (typeof files)[number]['option']

/** For sources that require authentication or TLS. */
export interface Credentials {
  readonly user?: string
  readonly password?: string
  readonly tls: TlsOptions
}

/**
 * The contents of the files of passwords, certificates and keys, read again when they change. Nothing of them goes into a
 * message.
 */
export class Secrets {
  readonly #options: Options
  readonly #files: Readonly<Record<FileOption, () => Buffer | undefined>>

  constructor(options: Options) {
    this.#options = options
    const watched = files.map(({ option }) => [option, watchOption(option, options[option])])
    this.#files = Object.fromEntries(watched) as Record<FileOption, () => Buffer | undefined>
  }

  /** @throws SOURCE_REFUSED when a file cannot be read. */
  current(): Credentials {
    const options = this.#options
    const [password, ca, cert, key] = files.map(({ option }) => this.#files[option]())
    const user = options['http-user']
    const serverName = options['tls-server-name']
    return {
      ...(user !== undefined && { user }),
      ...(password && { password: firstLine(password) }),
      tls: {
        ...(ca && { ca }),
        ...(cert && { cert }),
        ...(key && { key }),
        ...(serverName !== undefined && { serverName }),
        insecure: options['tls-insecure'],
      },
    }
  }
}

function watchOption(option: FileOption, path: string | undefined): () => Buffer | undefined {
  if (path === undefined) return () => undefined
  const read = watchFiles([path], (content) => content)
  return () => {
    try {
      return read()
    } catch (error) {
      throw new StatsError('SOURCE_REFUSED', `${option}: ${reasonOf(error)}`, { option, hint: option }, error)
    }
  }
}

function firstLine(content: Buffer): string {
  return content.toString('utf8').split(/\r?\n/, 1)[0] ?? ''
}

/** Certificates that everybody may write, and so decide which sources are trusted. */
export function secretWarnings(options: Options): Diagnostic[] {
  return files.flatMap(({ option, secret }) => {
    const path = options[option]
    if (secret || path === undefined) return []
    const open = openToAll(path, { secret })
    return open === undefined ? [] : [{ section: 'pull', option, found: path, ...open }]
  })
}

/** What is wrong with these files. */
export async function secretProblems(options: Options): Promise<Diagnostic[]> {
  const found = files.map(async ({ option, secret }): Promise<Diagnostic | undefined> => {
    const path = options[option]
    if (path === undefined) return undefined
    const problem = { section: 'pull', option, found: path }
    try {
      const content = readRegularFile(path, largestPersonalFile)
      if (option === 'http-password-file' && firstLine(content) === '') {
        return { ...problem, message: 'has no password in its first line' }
      }
      const open = secret ? openToAll(path, { secret }) : undefined
      return open && { ...problem, ...open }
    } catch (error) {
      return { ...problem, message: `cannot be read (${reasonOf(error)})` }
    }
  })
  return (await Promise.all(found)).filter((problem) => problem !== undefined)
}
