/** Whether a version of HAProxy (`2.6.12-1+deb12u4`) is that of this release or a newer one; false when it is unknown. */
export function isRelease(version: string | undefined, major: number, minor: number): boolean {
  const [, first, second] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? []
  return Number(first) > major || (Number(first) === major && Number(second) >= minor)
}
