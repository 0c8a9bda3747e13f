import { type Asking, askSource, type Outcome } from './ask-source.ts'
import type { Source } from './sources.ts'

/**
 * Asks all sources at once and waits for all of them. Throws what is no fault of a source, such as a full disk, when none
 * of them is still going on. A socket that `knownStale` names is tried once, so that it does not delay every snapshot.
 */
export async function askAll(sources: readonly Source[], asking: Asking): Promise<Outcome[]> {
  asking.typed.keep(sources)
  const texts = new Set(sources.map(({ text }) => text))
  for (const text of asking.versions.keys()) if (!texts.has(text)) asking.versions.delete(text)
  const results = await Promise.allSettled(sources.map((source) => askSource(source, asking)))
  return results.flatMap((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
