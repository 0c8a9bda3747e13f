import type { Command } from './commands.ts'
import type { Setting } from './setting.ts'

interface Seed {
  readonly why: string
  readonly setting: Setting
  readonly commands: readonly Command[]
}

/**
 * Sequences that once failed; each stays here for good. Both depended on what the kernel did when, so they did not fail
 * every time: beside them there is a unit test.
 */
export const seeds: readonly Seed[] = [
  {
    why: 'a peer that closed before it had everything, while the program was busy, was taken for one that has it',
    setting: { queueFull: 'drop-oldest', bufferLimit: 100 },
    commands: [
      { name: 'pass', turns: 11, seconds: 3.1 },
      { name: 'tick', turns: 10, notice: false },
      { name: 'tick', notice: true },
      { name: 'tick', notice: false },
      { name: 'tick', notice: true },
      { name: 'kill', program: 'pull', at: 38, effect: 'midway', absent: true },
      { name: 'tick', turns: 1, notice: true },
      { name: 'tick', notice: true },
      { name: 'tick', turns: 8, notice: false },
      { name: 'damage', snapshot: 2, file: 4, at: 54, how: 3 },
      { name: 'kill', program: 'pull', at: 52, effect: 'after', absent: true },
      { name: 'relay', kind: 'up' },
      { name: 'free' },
      { name: 'haproxy', process: 1, manner: { kind: 'whole' } },
      { name: 'kill', program: 'process', at: 38, effect: 'midway', absent: false },
      { name: 'tick', notice: true },
      { name: 'second', program: 'process' },
      { name: 'damage', snapshot: 4, file: 0, at: 628, how: 5 },
      { name: 'kill', program: 'process', at: 45, effect: 'before', absent: false },
      { name: 'relay', kind: 'never-close' },
      { name: 'tick', turns: 6, notice: false },
      { name: 'pass', seconds: 0.2 },
      { name: 'start' },
      { name: 'start' },
      { name: 'tick', turns: 2, notice: true },
      { name: 'start' },
      { name: 'pass', seconds: 0.1 },
      { name: 'pass', turns: 10, seconds: 2.1 },
      { name: 'pass', seconds: 3.4 },
      { name: 'relay', kind: 'close', at: 0 },
      { name: 'tick', notice: true },
      { name: 'kill', program: 'pull', at: 33, effect: 'before', absent: false },
      { name: 'kill', program: 'process', at: 11, effect: 'before', absent: false },
      { name: 'reload', process: 0 },
      { name: 'reload', process: 0 },
      { name: 'start' },
      { name: 'relay', kind: 'close', at: 1365 },
      { name: 'kill', program: 'process', at: 43, effect: 'after', absent: false },
      { name: 'haproxy', process: 1, manner: { kind: 'refuse' } },
      { name: 'haproxy', process: 1, manner: { kind: 'stall', at: 168 } },
      { name: 'stop', program: 'pull' },
      { name: 'damage', snapshot: 1, file: 1, at: 391, how: 1 },
      { name: 'tick', notice: false },
      { name: 'tick', turns: 5, notice: true },
      { name: 'haproxy', process: 0, manner: { kind: 'stall', at: 396 } },
      { name: 'tick', notice: false },
      { name: 'tick', notice: true },
      { name: 'kill', program: 'pull', at: 6, effect: 'midway', absent: false },
      { name: 'tick', turns: 8, notice: true },
      { name: 'tick', notice: true },
    ],
  },
  {
    why: 'a snapshot on its way to quarantine was taken again, and then missed',
    setting: { queueFull: 'drop-oldest', bufferLimit: 6291456 },
    commands: [
      { name: 'tick', notice: true },
      { name: 'pass', seconds: 0.1 },
      { name: 'damage', snapshot: 0, file: 0, at: 190, how: 2 },
      { name: 'haproxy', process: 1, manner: { kind: 'whole' } },
      { name: 'damage', snapshot: 2, file: 3, at: 36, how: 2 },
      { name: 'relay', kind: 'slow', at: 6 },
      { name: 'pass', seconds: 7.9 },
      { name: 'kill', program: 'process', at: 34, effect: 'after', absent: true },
      { name: 'relay', kind: 'slow', at: 8 },
      { name: 'damage', snapshot: 4, file: 3, at: 669, how: 2 },
      { name: 'tick', turns: 8, notice: true },
      { name: 'damage', snapshot: 1, file: 1, at: 739, how: 5 },
    ],
  },
]
