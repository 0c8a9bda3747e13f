/** Every exit code of both programs, and what it means. */
export const exitCodes = {
  done: {
    code: 0,
    summary:
      'Stopped on request, or printed what was asked for. With --check: no mistake found. With --once: a complete snapshot was published. With --probe: every source can be read. With --requeue: no snapshot is left in quarantine.',
  },
  failed: {
    code: 1,
    summary:
      'Could not go on; the last line of the log says why. With --check: mistakes were found. With --once: the snapshot is not complete, or was not published. With --probe: a source cannot be read. With --requeue: a snapshot is left in quarantine.',
  },
  usage: { code: 2, summary: 'The command line or the configuration has a mistake; nothing was started.' },
  internal: { code: 70, summary: 'A defect of the program; the last line of the log has the stack to report.' },
  hangup: { code: 129, summary: 'Killed by SIGHUP: as a second signal, or because stopping took too long.' },
  interrupt: { code: 130, summary: 'Killed by SIGINT: as a second signal, or because stopping took too long.' },
  terminated: { code: 143, summary: 'Killed by SIGTERM: as a second signal, or because stopping took too long.' },
} as const

/** The table of exit codes as the README prints it. */
export function renderExitCodes(): string {
  const rows = Object.values(exitCodes).map(({ code, summary }) => `| ${code} | ${summary} |`)
  return ['| code | meaning |', '| --- | --- |', ...rows].join('\n')
}
