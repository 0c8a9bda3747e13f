import { useEffect, useRef } from 'preact/hooks'
import { glyphs, type Tone } from '../model/state.ts'

const keys: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['/'], 'filter by name or state'],
  [['j', 'k'], 'next and previous row; the arrows too'],
  [['Enter'], 'open a row: charts, all fields, per process'],
  [['Esc'], 'close the panel; clear the filter'],
  [['?'], 'this help'],
]

const filters: readonly (readonly [words: string, finds: string])[] = [
  ['shop', 'names that contain “shop”'],
  ['down', 'by state: up, down, going, maint, drain, nolb, nocheck, problem'],
  ['shop -up', 'all words must match; a word after - must not'],
  ['"down"', 'in quotes: part of a name, not a state'],
]

const tones: readonly (readonly [Tone, string])[] = [
  ['up', 'up, open'],
  ['sinking', 'up, going down'],
  ['rising', 'down, going up'],
  ['down', 'down'],
  ['full', 'full'],
  ['paused', 'maintenance, drain, no load balancing'],
  ['unchecked', 'no check'],
]

export function Help({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isOpen && dialog.current?.open === false) dialog.current.showModal()
  }, [isOpen])
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Keys and symbols</h2>
      <h3>Keys</h3>
      <dl>
        {keys.map(([names, does]) => (
          <div key={does}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <h3>Filter</h3>
      <dl>
        {filters.map(([words, finds]) => (
          <div key={words}>
            <dt>
              <code>{words}</code>
            </dt>
            <dd>{finds}</dd>
          </div>
        ))}
      </dl>
      <h3>States</h3>
      <ul class="legend">
        {tones.map(([tone, means]) => (
          <li key={tone} class={`tone-${tone}`}>
            <span class="glyph">{glyphs[tone]}</span> {means}
          </li>
        ))}
      </ul>
      <p>
        The address contains what you see: copy it to share it. <a href="licences.txt">Licences</a>
      </p>
      <button type="button" class="tool" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  )
}
