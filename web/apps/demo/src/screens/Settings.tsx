import type { Identity } from "../identity";

/** What the sample product tells headwater of whoever is signed in. */
export function Settings({ identity, anew }: { identity: Identity; anew: () => void }) {
  const { userId, traits = {} } = identity;
  return (
    <>
      <div id="settings-content" className="place" data-place="settings" />
      <section className="card" aria-labelledby="told-title">
        <h2 id="told-title">What the page says of you</h2>
        <dl className="told">
          <div>
            <dt>User id</dt>
            <dd>{userId ?? "none: you are anonymous"}</dd>
          </div>
          {Object.entries(traits).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="card" aria-labelledby="anew-title">
        <h2 id="anew-title">Begin anew</h2>
        <p>Become people whom nobody has seen before: what was answered and dismissed counts no more.</p>
        <button type="button" onClick={anew}>
          Begin anew
        </button>
      </section>
    </>
  );
}
