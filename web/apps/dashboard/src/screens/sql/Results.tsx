/** The answer: a table that scrolls by itself under a fixed head, a hundred rows at a time, and the whole as CSV. */

import { Alert, Button, Group, Pagination, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import type { SqlAnswer } from "../../api/types";
import { DownloadIcon } from "../../shell/icons";
import { Exact } from "../../words/exact";
import { cellText, toCsv } from "./csv";

const ROWS_A_PAGE = 100;

export function Results({ answer, tookMs }: { answer: SqlAnswer; tookMs: number }) {
  const [page, setPage] = useState(1);
  useEffect(() => setPage(1), [answer]);
  const pages = Math.ceil(answer.rows.length / ROWS_A_PAGE);
  const shown = answer.rows.slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE);
  return (
    <section aria-labelledby="result">
      <Group justify="space-between" mb="xs" gap="xs">
        <Group gap="sm">
          <Title order={2} id="result">
            Result
          </Title>
          <Text size="sm" c="dimmed" role="status">
            {counted(answer.rows.length)} in{" "}
            {tookMs < 1000 ? `${Math.round(tookMs)} ms` : `${(tookMs / 1000).toFixed(1)} s`}
          </Text>
        </Group>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<DownloadIcon size={16} />}
          onClick={() => download(answer)}
          disabled={answer.columns.length === 0}
        >
          Download CSV
        </Button>
      </Group>
      {answer.truncated && (
        <Alert variant="outline" color="amber" title="There are more rows" mb="sm">
          Only the first {counted(answer.rows.length)} came, here and in the CSV. Narrow the query, or aggregate.
        </Alert>
      )}
      <Grid answer={answer} rows={shown} />
      {pages > 1 && (
        <Pagination
          mt="sm"
          total={pages}
          value={page}
          onChange={setPage}
          getControlProps={(control) => ({ "aria-label": `${control} page` })}
          getItemProps={(item) => ({ "aria-label": `Page ${item}` })}
        />
      )}
    </section>
  );
}

function counted(rows: number): string {
  return rows === 1 ? "1 row" : `${rows.toLocaleString("en")} rows`;
}

function Grid({ answer, rows }: { answer: SqlAnswer; rows: unknown[][] }) {
  const isNumeric = answer.columns.map((_, column) => answer.rows.some((row) => isNumber(row[column])));
  return (
    <div className="hw-scroll" style={{ maxHeight: "65vh" }} tabIndex={0} role="region" aria-label="Rows of the result">
      <table className="hw-table hw-grid">
        <thead>
          <tr>
            {answer.columns.map((column, index) => (
              <th key={index} scope="col" title={column.type} className={isNumeric[index] ? "hw-number" : undefined}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((value, column) => (
                <Cell key={column} value={value} isNumeric={isNumeric[column] ?? false} />
              ))}
            </tr>
          ))}
          {rows.length === 0 && (
            <tr>
              <td colSpan={Math.max(answer.columns.length, 1)}>No row matches.</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

const isNumber = (value: unknown) => typeof value === "number" || value instanceof Exact;

function Cell({ value, isNumeric }: { value: unknown; isNumeric: boolean }) {
  const text = value === null ? "null" : cellText(value);
  const names = ["hw-mono", isNumeric && "hw-number", value === null && "hw-null"].filter(Boolean).join(" ");
  return (
    <td className={names} title={text.length > 40 ? text : undefined}>
      {text}
    </td>
  );
}

function download(answer: SqlAnswer): void {
  const blob = new Blob([toCsv(answer.columns, answer.rows)], { type: "text/csv;charset=utf-8" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = "headwater-query.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
