import { sparkPath, type Values } from '../model/spark.ts'

/** A line without axes; the number it is of stands beside it, so it is silent. */
export function Spark({ values, width, height }: { values: Values | undefined; width: number; height: number }) {
  return (
    <svg
      class="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {values === undefined || values.length === 0 ? undefined : <path d={sparkPath(values, width, height)} />}
    </svg>
  )
}
