/** A list of figures as a table, each line with a bar for how much of the most it is. */

import { Text } from "@mantine/core";
import { type ReactNode, useId } from "react";

export type Row = { name: string; share: number; cells: ReactNode[] };

type Props = { title: string; what: string; heads: string[]; rows: Row[]; none: string };

export function Figures({ title, what, heads, rows, none }: Props) {
  const id = useId();
  return (
    <div className="hw-card" role="group" aria-labelledby={id}>
      <h2 id={id} className="hw-heading">
        {title}
      </h2>
      {rows.length === 0 ? (
        <Text size="sm" mt="xs">
          {none}
        </Text>
      ) : (
        <div className="hw-scroll hw-figures" tabIndex={0} role="group" aria-label={`${title}, line by line`}>
          <table className="hw-table">
            <caption className="hw-sr">{title}</caption>
            <thead>
              <tr>
                <th scope="col">{what}</th>
                {heads.map((head) => (
                  <th key={head} scope="col" className="hw-number">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>
                  <th scope="row" className="hw-bar-cell">
                    {row.name}
                    {row.share > 0 && (
                      <span className="hw-share" aria-hidden="true" style={{ width: `${Math.round(100 * row.share)}%` }} />
                    )}
                  </th>
                  {row.cells.map((cell, at) => (
                    <td key={at} className="hw-number">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
