import { useState } from "react";
import type { Identity } from "../identity";
import { headwater } from "../sdk";

const FIRST = ["Revenue by month", "Active teams", "Funnel of sign-ups"];

/** To create a report is what the content on the overview hopes for: its goal. */
export function Reports({ identity }: { identity: Identity }) {
  const [reports, setReports] = useState(FIRST);
  const [said, setSaid] = useState("");

  function create() {
    const name = `Report ${reports.length + 1}`;
    setReports([...reports, name]);
    setSaid(`${name} was created.`);
    headwater.track("Report Created", { template: "blank", plan: identity.traits?.plan ?? "none" });
  }

  return (
    <>
      <div id="reports-content" className="place" data-place="reports" />
      <section className="card" aria-labelledby="reports-title">
        <h2 id="reports-title">All reports</h2>
        <ul className="reports">
          {reports.map((name) => (
            <li key={name}>{name}</li>
          ))}
        </ul>
        <button type="button" className="primary" onClick={create}>
          Create a report
        </button>
        <p role="status">{said}</p>
      </section>
    </>
  );
}
