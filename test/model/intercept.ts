import files, { existsSync } from 'node:fs'
import fs, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { interceptTimers } from './intercept-timers.ts'
import { Ended, type Life, lives, type Operation } from './life.ts'

type Anything = (...given: never[]) => unknown
const real = { ...fs }

/** By function, the kind of operation on a path; all others only look. */
const functions: Readonly<Record<string, (path: string) => string>> = {
  mkdir: (path) => (existsSync(path) ? 'look' : 'mkdir'),
  rename: () => 'rename',
  rm: () => 'rm',
  writeFile: () => 'write',
  readdir: () => 'list',
  readFile: () => 'read',
}

/** The part of an operation that is done when the life ends midway. */
const halves: Readonly<Record<string, (...given: never[]) => Promise<unknown>>> = {
  rm: async (path: string) => {
    const [first] = await real.readdir(path).catch(() => [])
    if (first !== undefined) await real.rm(`${path}/${first}`, { recursive: true, force: true })
  },
  writeFile: (path: string, data: string) => real.writeFile(path, data.slice(0, data.length / 2)),
}

function interceptFunction(name: string): void {
  const kindOf = functions[name] ?? (() => 'look')
  const whole = real[name as 'rename'] as Anything as (...given: unknown[]) => Promise<unknown>
  const half = halves[name] as ((...given: unknown[]) => Promise<unknown>) | undefined
  const replacement = async (...given: unknown[]) => {
    const life = lives.getStore()
    if (life === undefined) return whole(...given)
    const path = String(given[0])
    const operation: Operation = { kind: kindOf(path), path, ...(name === 'rename' && { to: String(given[1]) }) }
    return life.operate(operation, () => whole(...given), half && (() => half(...given)))
  }
  Object.assign(fs, { [name]: replacement })
}

async function open(path: string, flags: string | number = 'r', mode?: number): Promise<FileHandle> {
  const life = lives.getStore()
  if (life === undefined) return real.open(path, flags, mode)
  const makes = typeof flags === 'string' && /[wa]/.test(flags)
  const handle = await life.operate({ kind: makes ? 'create' : 'read', path }, async () => {
    const opened = await real.open(path, flags, mode)
    const close = opened.close.bind(opened)
    life.holds(opened, close)
    return handleOf(life, opened, path, close)
  })
  if (life.dead) throw new Ended()
  return handle
}

/** A file as the programs use one. */
function handleOf(life: Life, handle: FileHandle, path: string, close: () => Promise<void>): FileHandle {
  const [writeFile, readFile, stat] = [handle.writeFile, handle.readFile, handle.stat].map((method) =>
    (method as Anything).bind(handle),
  ) as [FileHandle['writeFile'], FileHandle['readFile'], FileHandle['stat']]
  const write = { kind: 'write', path }
  const halfOf = (data: string | Uint8Array) => writeFile(data.slice(0, data.length / 2))
  return Object.assign(handle, {
    writeFile: (data: string | Uint8Array, options?: object) =>
      life.operate(
        write,
        () => writeFile(data, options),
        () => halfOf(data),
      ),
    readFile: (options?: BufferEncoding) => life.operate({ kind: 'read', path }, () => readFile(options)),
    stat: () => life.operate({ kind: 'look', path }, () => stat()),
    writev: async (parts: readonly Uint8Array[]) => {
      const data = Buffer.concat(parts)
      await life.operate(
        write,
        () => writeFile(data),
        () => halfOf(data),
      )
      return { bytesWritten: data.length, buffers: parts }
    },
    // A sync makes no difference without a power cut.
    sync: () => life.operate({ kind: 'sync', path }, async () => undefined),
    close: async () => {
      if (!life.has(handle)) return
      await life.operate({ kind: 'close', path }, async () => {
        if (life.releases(handle)) await close()
      })
    },
  })
}

/** Registers files that are opened synchronously with the life that opens them: the locks. */
function interceptDescriptors(): void {
  const { openSync, closeSync } = files
  Object.assign(files, {
    openSync(...given: Parameters<typeof openSync>) {
      const life = lives.getStore()
      return life === undefined ? openSync(...given) : life.opens(() => openSync(...given))
    },
    closeSync(descriptor: number) {
      lives.getStore()?.closes(descriptor)
      closeSync(descriptor)
    },
  })
}

/** Registers connections with the life that opens them. */
function interceptSockets(): void {
  const connect = net.Socket.prototype.connect as Anything
  Object.assign(net.Socket.prototype, {
    connect(this: net.Socket, ...given: never[]) {
      lives.getStore()?.connects(this)
      return connect.apply(this, given)
    },
  })
}

/**
 * Puts the life that the running code belongs to between the programs and Node.js: file operations, connections, timers
 * and random numbers, for the rest of this process. Code that belongs to no life gets the real ones.
 */
export function intercept(): void {
  for (const [name, value] of Object.entries(real)) if (typeof value === 'function') interceptFunction(name)
  Object.assign(fs, { open })
  interceptDescriptors()
  interceptSockets()
  interceptTimers()
  // No jitter, so that a sequence is repeated as exactly as can be.
  const random = Math.random
  Math.random = () => (lives.getStore() === undefined ? random() : 0.5)
  syncBuiltinESMExports()
}
