/** Some sources, as indexes; the same object for the same ones. */
export interface SourceSet {
  readonly sources: readonly number[]
  /** The set with one more, by its index. */
  readonly more: (SourceSet | undefined)[]
}

/** Thousands of rows are of the same few sets of sources. */
export class SourceSets {
  readonly none: SourceSet = { sources: [], more: [] }
  readonly #sets = new Map<string, SourceSet>()

  with(set: SourceSet, source: number): SourceSet {
    let more = set.more[source]
    if (more === undefined) {
      more = this.#setOf([...new Set([...set.sources, source])].sort((one, other) => one - other))
      set.more[source] = more
    }
    return more
  }

  #setOf(sources: readonly number[]): SourceSet {
    const key = sources.join()
    let set = this.#sets.get(key)
    if (set === undefined) {
      set = { sources, more: [] }
      this.#sets.set(key, set)
    }
    return set
  }
}
