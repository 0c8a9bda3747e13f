import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { type Conditions, createConditions, type Logger } from '../log.ts'

/** How a program reports that it makes progress. */
export interface Health {
  /** Whether the last round of the work ended in time. Asked every few seconds. */
  alive(): boolean
  /** How it is doing, in one line that `systemctl status` shows. */
  status(): string
}

/** What started the program and watches it. */
export interface ServiceManager {
  /** The program does its work from now on; while it is alive, the watchdog is fed. */
  ready(health: Health): void
  /** The program is stopping. */
  stopping(): void
  /** Reports nothing more. */
  close(): void
}

/** How often a program reports its status where no watchdog asks for more, in milliseconds. */
const statusInterval = 20_000

/**
 * Passes every line on to systemd: one or two assignments, with a tab between them. Node.js has no unix datagram sockets,
 * and a process of 300 MB stands still for about 100 ms while it starts another, so one small shell is started early and
 * starts `systemd-notify` (18 ms) each time. It lives until its input ends, whatever signal systemd sends to all.
 */
const messenger = `
trap "" TERM INT HUP
tab=$(printf "\\t")
while IFS=$tab read -r first second; do
  systemd-notify "$first" \${second:+"$second"}
done
`

interface Environment {
  readonly NOTIFY_SOCKET?: string | undefined
  readonly WATCHDOG_USEC?: string | undefined
  readonly WATCHDOG_PID?: string | undefined
}

const nobody: ServiceManager = { ready: () => undefined, stopping: () => undefined, close: () => undefined }

/** The service manager of this process: systemd where `NOTIFY_SOCKET` is set, as by a unit of `Type=notify`; else nobody. */
export function connectServiceManager(log: Logger, environment: Environment = process.env): ServiceManager {
  if (!environment.NOTIFY_SOCKET) return nobody
  return new Systemd(startMessenger(log), log, feedingInterval(environment))
}

/** How often to feed the watchdog, in milliseconds: three times in the time that systemd waits; undefined without one. */
export function feedingInterval({ WATCHDOG_USEC, WATCHDOG_PID }: Environment): number | undefined {
  const microseconds = Number(WATCHDOG_USEC)
  const forUs = !WATCHDOG_PID || Number(WATCHDOG_PID) === process.pid
  return forUs && microseconds > 0 ? Math.max(1, Math.floor(microseconds / 3000)) : undefined
}

function startMessenger(log: Logger): Writable {
  const child = spawn('/bin/sh', ['-c', messenger], { stdio: ['pipe', 'ignore', 'inherit'] })
  const lost = (reason: unknown) => {
    log.warn({ reason: String(reason) }, `cannot notify systemd: ${reason}`)
  }
  child.on('error', lost)
  child.on('exit', (code, signal) => {
    if (!child.stdin.writableEnded)
      lost(`the shell that runs systemd-notify has ended (${signal ?? `exit code ${code}`})`)
  })
  child.stdin.on('error', () => undefined)
  child.unref()
  return child.stdin
}

/** systemd's side of the protocol is sd_notify(3). */
export class Systemd implements ServiceManager {
  readonly #out: Writable
  readonly #conditions: Conditions
  readonly #feeding: number | undefined
  #timer: NodeJS.Timeout | undefined
  #status: string | undefined

  constructor(out: Writable, log: Logger, feeding: number | undefined) {
    this.#out = out
    this.#conditions = createConditions(log)
    this.#feeding = feeding
  }

  ready(health: Health): void {
    this.#send('READY=1', health.status())
    this.#timer = setInterval(() => this.#feed(health), this.#feeding ?? statusInterval)
    this.#timer.unref()
  }

  stopping(): void {
    clearInterval(this.#timer)
    this.#send('STOPPING=1', 'stopping')
  }

  close(): void {
    clearInterval(this.#timer)
    this.#out.end()
  }

  #feed(health: Health): void {
    const alive = health.alive()
    if (alive) this.#conditions.end('progress', 'progress again; sending the systemd watchdog ping')
    else
      this.#conditions.begin('progress', { level: 'error', text: 'no progress; withholding the systemd watchdog ping' })
    this.#send(alive && this.#feeding !== undefined ? 'WATCHDOG=1' : undefined, health.status())
  }

  #send(state: string | undefined, status: string): void {
    const changed = status === this.#status ? undefined : `STATUS=${oneLine(status)}`
    this.#status = status
    const words = [state, changed].filter((word) => word !== undefined)
    if (words.length > 0 && this.#out.writable) this.#out.write(`${words.join('\t')}\n`)
  }
}

/** systemd and the shell would take a line break for the end of the message, and a tab for the end of the word. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ')
}
