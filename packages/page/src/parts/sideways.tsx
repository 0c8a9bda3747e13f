import type { ComponentChildren } from 'preact'

/** What may be wider than its place: it is scrolled there, and not with the whole page. */
export function Sideways({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard could not scroll it
    <section class="scroll" tabIndex={0} aria-label={title}>
      {children}
    </section>
  )
}
