import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type Span, visibleSpan } from '../model/window.ts'

/** The visible lines of the table in `body`. Draws again only when they change, at most once a frame. */
export function useWindow(body: RefObject<HTMLElement | null>, lineHeight: number, count: number): Span {
  const [span, setSpan] = useState<Span>({ first: 0, end: Math.min(count, 60) })
  useEffect(() => {
    let frame = 0
    const measure = () => {
      frame = 0
      const above = -(body.current?.getBoundingClientRect().top ?? 0)
      const next = visibleSpan(above, window.innerHeight, lineHeight, count)
      setSpan((now) => (now.first === next.first && now.end === next.end ? now : next))
    }
    const soon = () => {
      if (frame === 0) frame = requestAnimationFrame(measure)
    }
    measure()
    // Content above the table may grow and push it down.
    const sizes = new ResizeObserver(soon)
    sizes.observe(document.body)
    window.addEventListener('scroll', soon, { passive: true })
    window.addEventListener('resize', soon)
    return () => {
      cancelAnimationFrame(frame)
      sizes.disconnect()
      window.removeEventListener('scroll', soon)
      window.removeEventListener('resize', soon)
    }
  }, [body, lineHeight, count])
  return { first: Math.min(span.first, count), end: Math.min(span.end, count) }
}
