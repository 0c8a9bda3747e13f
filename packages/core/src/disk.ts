/** What to do about errors of a disk, for people. */
const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full, by bytes or by inodes (df, df -i)',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only; has it failed? (dmesg)',
  EIO: 'the disk fails (dmesg)',
}

/** What to do about an error that is the disk's, not the program's or its configuration's; undefined for others. */
export function diskHint(error: unknown): string | undefined {
  return hints[(error as NodeJS.ErrnoException | null)?.code ?? '']
}
