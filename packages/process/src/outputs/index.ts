import type { Output } from '../types/output.ts'
import { graphite } from './graphite/graphite.ts'
import { localStore } from './local-store/local-store.ts'

/** Every kind of destination. To add one: a folder or a file beside these, and a line here. */
export const outputs: readonly Output<unknown>[] = [graphite, localStore]
