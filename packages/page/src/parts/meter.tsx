interface Properties {
  readonly label: string
  readonly value: number | null | undefined
  /** The value of a full bar; the bar is empty without it. */
  readonly most: number | null | undefined
  readonly text: string
  readonly title?: string
  /** Whether a nearly full bar is an alarm. */
  readonly isAlarming?: boolean
}

/** A bar with its number. */
export function Meter({ label, value, most, text, title, isAlarming }: Properties) {
  const share = value == null || most == null || most <= 0 ? 0 : Math.min(1, Math.max(0, value / most))
  const level = isAlarming && share >= 0.9 ? 'high' : isAlarming && share >= 0.75 ? 'raised' : ''
  return (
    <span class={`meter ${level}`} title={title ?? `${label} ${text}`}>
      <span class="label">{label}</span>
      <span class="bar" aria-hidden="true">
        <span class="fill" style={{ width: `${(share * 100).toFixed(1)}%` }} />
      </span>
      <span class="number">{text}</span>
    </span>
  )
}
