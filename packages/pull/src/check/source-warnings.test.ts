import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderDiagnostic } from '@haproxystats/core'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { sourceWarnings } from './source-warnings.ts'

let base: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'sources-'))
})

afterEach(() => rmSync(base, { recursive: true, force: true }))

async function warnings(...lines: string[]): Promise<string[]> {
  const { pull } = parseConfiguration(`[pull]\n${lines.join('\n')}\n`)
  return (await sourceWarnings({ pull } as never)).map(renderDiagnostic)
}

async function listen(path: string) {
  const server = createServer((socket) => socket.destroy()).listen(path)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
}

test('that there is no source in socket-dir is reported with what to set', async () => {
  expect(await warnings(`socket-dir = ${base}`)).toEqual([
    expect.stringMatching(/socket-dir = .*: there is no stats socket in it; is HAProxy running\? its "global" section/),
  ])
})

test('sources that can be connected to are not reported', async () => {
  await listen(join(base, 'a.sock'))
  expect(await warnings(`socket-dir = ${base}`)).toEqual([])
  expect(await warnings(`servers = unix://${base}/a.sock`)).toEqual([])
})

test('each on which nothing listens is named, with the line that HAProxy needs', async () => {
  await listen(join(base, 'a.sock'))
  expect(await warnings(`servers = unix://${base}/a.sock, unix://${base}/b.sock, tcp://127.0.0.1:1`)).toEqual([
    expect.stringMatching(/servers = .*b\.sock: could not be connected to \(ENOENT\); .*stats socket/),
    expect.stringMatching(/servers = tcp:\/\/127\.0\.0\.1:1: could not be connected to \(ECONNREFUSED\).*ipv4@/),
  ])
})
