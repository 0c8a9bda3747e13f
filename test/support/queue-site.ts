import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { release } from './recorded.ts'
import { temporaryDirectory } from './temporary.ts'

/** A queue that is filled by hand, and a configuration that delivers it to `[local-store]`. */
export class QueueSite {
  readonly base: string
  readonly file: string
  #last = 1_700_000_000

  private constructor(base: string) {
    this.base = base
    this.file = join(base, 'haproxystats.conf')
  }

  /** `process` is what stands in `[process]`, `more` what follows all sections. */
  static async make(process = '', more = ''): Promise<QueueSite> {
    const site = new QueueSite(await temporaryDirectory())
    await mkdir(join(site.base, 'incoming'))
    const sections = `[paths]\nbase-dir = ${site.base}\n[graphite]\nenabled = false\n[local-store]\ndir = \${paths:base-dir}/store\n`
    await writeFile(site.file, `${sections}[process]\n${process}\n${more}`)
    return site
  }

  /** Publishes a snapshot with what a real HAProxy answered, or with files of its own; its name. */
  async publish(files: Readonly<Record<string, string | Uint8Array>> = answers()): Promise<string> {
    const name = String(++this.#last)
    const unfinished = join(this.base, `unfinished-${name}`)
    await mkdir(unfinished)
    for (const [file, bytes] of Object.entries(files)) await writeFile(join(unfinished, file), bytes)
    await rename(unfinished, join(this.base, 'incoming', name))
    return name
  }

  /** The snapshots in a directory of the site: `incoming`, `store`, `quarantine`. */
  async names(directory: string): Promise<string[]> {
    const names = await readdir(join(this.base, directory)).catch(() => [] as string[])
    return names.filter((name) => /^\d+$/.test(name)).sort()
  }
}

/** The files of a snapshot of one process. */
export function answers(): Record<string, Uint8Array> {
  const { info, stat } = release('2.6.12-debian')
  return { h1_info: info, h1_stat: stat }
}
