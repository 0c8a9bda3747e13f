import { constants } from 'node:os'
import { expect, it } from 'vitest'
import { exitCodes, renderExitCodes } from './exit-codes.ts'

it('no two exit codes are the same, and those of signals are what a shell gives', () => {
  const codes = Object.values(exitCodes).map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  const { SIGHUP, SIGINT, SIGTERM } = constants.signals
  expect([exitCodes.hangup.code, exitCodes.interrupt.code, exitCodes.terminated.code]).toEqual(
    [SIGHUP, SIGINT, SIGTERM].map((signal) => 128 + signal),
  )
})

it('docs/operating.md has a line for each', () => {
  expect(renderExitCodes()).toMatch(
    /^\| code \| meaning \|\n\| --- \| --- \|\n\| 0 \| .*\n\| 1 \|[\s\S]*\n\| 143 \| .* \|$/,
  )
})
