import type { Command } from './commands.ts'
import type { Setting } from './setting.ts'

interface Seed {
  readonly why: string
  readonly setting: Setting
  readonly commands: readonly Command[]
}

/** Sequences that once failed; each stays here for good. */
export const seeds: readonly Seed[] = []
