import { type Configuration, type Diagnostic, isHost, openToAll, reasonOf } from '@haproxystats/core'

/** The files that `[http]` names are what they should be. What reads them is loaded only for those who have the section. */
export async function httpProblems({ http }: Configuration): Promise<Diagnostic[]> {
  if (http === undefined) return []
  const { readUsers } = await import('./server/passwords.ts')
  const { readCertificate } = await import('./server/certificate.ts')
  const noNames = (http.hosts ?? []).filter((name) => name !== '*' && !isHost(name))
  const hint = 'expected names alone, without scheme, port and commas, as stats.example.com'
  return [
    ...noNames.map((found) => {
      return { section: 'http', option: 'hosts', found, message: 'is not the name of a host', hint }
    }),
    ...fileProblem('password-file', http['password-file'], readUsers),
    ...fileProblem('tls-certificate-file', http['tls-certificate-file'], (path) => {
      readCertificate({ certificate: path, key: http['tls-key-file'] })
    }),
  ]
}

function fileProblem(option: string, path: string | undefined, read: (path: string) => unknown): Diagnostic[] {
  if (path === undefined) return []
  try {
    read(path)
    return []
  } catch (error) {
    return [{ section: 'http', option, found: path, message: reasonOf(error) }]
  }
}

/** Files of `[http]` with secrets that everybody may read or write. */
export function secretWarnings({ http }: Configuration): Diagnostic[] {
  if (http === undefined) return []
  const key = http['tls-key-file']
  const files = [
    { option: 'password-file', path: http['password-file'], secret: true },
    { option: 'tls-certificate-file', path: http['tls-certificate-file'], secret: key === undefined },
    { option: 'tls-key-file', path: key, secret: true },
  ]
  return files.flatMap(({ option, path, secret }) => {
    if (path === undefined) return []
    const open = openToAll(path, { secret })
    return open === undefined ? [] : [{ section: 'http', option, found: path, ...open }]
  })
}
