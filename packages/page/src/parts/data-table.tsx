import type { ComponentChildren } from 'preact'

interface Properties {
  readonly title: string
  readonly class: string
  /** The cells of the header row. */
  readonly head: ComponentChildren
  /** The rows. */
  readonly children: ComponentChildren
}

/** A table of the panel. It scrolls sideways in its place, not with the whole page. */
export function DataTable({ title, class: name, head, children }: Properties) {
  return (
    <div class={name}>
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard could not scroll it */}
      <section class="scroll" tabIndex={0} aria-label={title}>
        <table aria-label={title}>
          <thead>
            <tr>{head}</tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </section>
    </div>
  )
}
