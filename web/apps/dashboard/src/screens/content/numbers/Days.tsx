import { count } from "./period";

type Series = { day: string; views: number; uniqueViewers: number; interactions: number }[];

/** Views by day as bars, and in words for those who do not see them. */
export function Days({ series }: { series: Series }) {
  const most = Math.max(0, ...series.map(({ views }) => views));
  const best = series.find(({ views }) => views === most);
  const said =
    most === 0 || !best
      ? "No view in this time."
      : `Views by day, from ${series[0]?.day} to ${series.at(-1)?.day}. The most were ${count(most)}, on ${best.day}.`;
  if (most === 0) return null;
  const width = 100 / series.length;
  return (
    <figure style={{ margin: "1rem 0 0" }}>
      <svg className="hw-days" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={said}>
        {series.map(({ day, views }, index) => (
          <rect
            key={day}
            x={index * width + width * 0.1}
            y={100 - (100 * views) / most}
            width={width * 0.8}
            height={(100 * views) / most}
          >
            <title>{`${day}: ${count(views)} views`}</title>
          </rect>
        ))}
      </svg>
      <figcaption className="hw-aside">{said}</figcaption>
    </figure>
  );
}
