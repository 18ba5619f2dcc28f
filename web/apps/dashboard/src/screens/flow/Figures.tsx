/** The same as the picture, as tables. */

import type { ReaderAccount, SourceAccount } from "../../api/types";
import { type Account, figure, sumOf, total, undecided } from "./books";

type FiguresProps = { sources: SourceAccount[]; readers: ReaderAccount[]; nameOf: (sourceId: string) => string };

export function Figures({ sources, readers, nameOf }: FiguresProps) {
  return (
    <>
      <table className="hw-table hw-stack hw-figures">
        <caption>What became of accepted events, by source</caption>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Accepted</th>
            <th scope="col">Duplicate</th>
            <th scope="col">Dropped</th>
            <th scope="col">Parked</th>
            <th scope="col">Clean</th>
            <th scope="col">In flight</th>
          </tr>
        </thead>
        <tbody>
          {sources.map((each) => (
            <Row key={each.sourceId} name={nameOf(each.sourceId)} account={each} />
          ))}
        </tbody>
        <tfoot>
          <Row name="All sources" account={sumOf(sources)} />
        </tfoot>
      </table>
      <table className="hw-table hw-stack hw-figures">
        <caption>What the readers did with clean events, of all sources</caption>
        <thead>
          <tr>
            <th scope="col">Reader</th>
            <th scope="col">Clean</th>
            <th scope="col">Done</th>
            <th scope="col">Pending</th>
            <th scope="col">Dead</th>
            <th scope="col">Skipped</th>
          </tr>
        </thead>
        <tbody>
          {readers.map((each) => (
            <tr key={each.reader}>
              <th scope="row">{each.reader}</th>
              <td data-label="Clean">{figure(each.clean)}</td>
              <td data-label="Done">{figure(each.done)}</td>
              <td data-label="Pending">{figure(each.pending)}</td>
              <td data-label="Dead">{figure(each.dead)}</td>
              <td data-label="Skipped">{figure(each.skipped)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Row({ name, account }: { name: string; account: Account }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td data-label="Accepted">{figure(account.accepted)}</td>
      <td data-label="Duplicate">{figure(account.duplicate)}</td>
      <td data-label="Dropped">
        <ByReason counts={account.dropped} />
      </td>
      <td data-label="Parked">
        <ByReason counts={account.parked} />
      </td>
      <td data-label="Clean">{figure(account.clean)}</td>
      <td data-label="In flight">{figure(undecided(account))}</td>
    </tr>
  );
}

function ByReason({ counts }: { counts: Record<string, number> }) {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return (
    <>
      {figure(total(counts))}
      {some.map(([reason, count]) => (
        <div key={reason} className="hw-aside">
          {reason} {figure(count)}
        </div>
      ))}
    </>
  );
}
