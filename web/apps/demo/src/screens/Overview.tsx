const FIGURES = [
  { label: "Reports", value: "12", note: "3 this week" },
  { label: "Readers", value: "48", note: "6 more than last week" },
  { label: "Sources", value: "5", note: "all up to date" },
];

/** Content is placed into `#overview-content`, and before the figures. */
export function Overview() {
  return (
    <>
      <p className="lead">What your team reads, on one page.</p>
      <div id="overview-content" className="place" data-place="overview" />
      <ul className="figures">
        {FIGURES.map((each) => (
          <li key={each.label} className="card">
            <strong>{each.value}</strong>
            <span>{each.label}</span>
            <small>{each.note}</small>
          </li>
        ))}
      </ul>
      <section className="card" aria-labelledby="news-title">
        <h2 id="news-title">News</h2>
        <p>What changed in Basin since you were here.</p>
        <button type="button" id="whats-new" aria-haspopup="dialog">
          What’s new
        </button>
      </section>
    </>
  );
}
