import { sparkPath, type Values } from '../model/spark.ts'

/** A line without axes. Its number is beside it, so screen readers skip the line. */
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
      {values !== undefined && values.length > 0 && <path d={sparkPath(values, width, height)} />}
    </svg>
  )
}
