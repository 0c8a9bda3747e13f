// @ts-check

/** What a few errors of the system mean to a person. @type {Record<string, string>} */
const meanings = {
  EACCES: 'permission denied; run this as a user or with a group that may use it',
  ECONNREFUSED: 'nothing listens on it',
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'it is not a directory',
}

/**
 * An unknown thrown value in a few words.
 * @param {unknown} error
 */
export function reasonOf(error) {
  if (!(error instanceof Error)) return String(error)
  const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? ''
  return meanings[code] ?? error.message
}
