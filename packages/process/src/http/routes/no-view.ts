import type { View } from '../view/view.ts'
import { type Answer, type Facts, text } from './route.ts'

/** Answers from the newest view, or that there is none yet. */
export function fromView({ view, interval }: Facts, answer: (view: View) => Answer): Answer {
  if (view !== undefined) return answer(view)
  const sentence =
    'There is no snapshot yet: haproxystats-pull makes one as often as pull-interval says, and none has been read since the start.'
  return { ...text(sentence, 503), headers: { 'Retry-After': String(Math.max(1, Math.ceil(interval))) } }
}
