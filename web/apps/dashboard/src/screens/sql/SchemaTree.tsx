/** What can be asked: schemas, their tables, their columns. Choosing a table or column puts its name in the query. */

import { Text, Title } from "@mantine/core";
import { useState } from "react";
import { Failed, Loading } from "../../parts/States";
import { ChevronIcon } from "../../shell/icons";
import { quoted, type Schema, type Table } from "./schemas";

type TreeProps = {
  schemas: Schema[];
  isPending: boolean;
  error: Error | null;
  retry: () => void;
  onInsert: (text: string) => void;
};

export function SchemaTree({ schemas, isPending, error, retry, onInsert }: TreeProps) {
  return (
    <section className="hw-card hw-tree-card" aria-labelledby="tables">
      <Title order={2} id="tables" mb="xs">
        Tables
      </Title>
      {isPending ? (
        <Loading what="the tables" />
      ) : error ? (
        <Failed what="list the tables" error={error} retry={retry} />
      ) : schemas.length === 0 ? (
        <Text size="sm" c="dimmed">
          There is no table yet: add a source and its tables are here.
        </Text>
      ) : (
        <ul className="hw-tree">
          {schemas.map((schema) => (
            <SchemaItem key={schema.name} schema={schema} onInsert={onInsert} />
          ))}
        </ul>
      )}
    </section>
  );
}

function SchemaItem({ schema, onInsert }: { schema: Schema; onInsert: (text: string) => void }) {
  return (
    <Fold label={schema.name} what="schema">
      {schema.tables.map((table) => (
        <TableItem key={table.name} schema={schema.name} table={table} onInsert={onInsert} />
      ))}
    </Fold>
  );
}

function TableItem({ schema, table, onInsert }: { schema: string; table: Table; onInsert: (text: string) => void }) {
  const full = `${quoted(schema)}.${quoted(table.name)}`;
  return (
    <Fold label={table.name} what="table">
      <li>
        <button type="button" onClick={() => onInsert(full)}>
          <span style={{ color: "var(--mantine-color-anchor)" }}>
            Insert<span className="hw-sr"> {full}</span>
          </span>
        </button>
      </li>
      {table.columns.map((column) => (
        <li key={column.name}>
          <button type="button" onClick={() => onInsert(quoted(column.name))} title={`Insert ${column.name}`}>
            <span className="hw-mono">{column.name}</span>
            <Text size="xs" c="dimmed" component="span" ml="auto">
              {column.type.toLowerCase()}
            </Text>
          </button>
        </li>
      ))}
    </Fold>
  );
}

function Fold({ label, what, children }: { label: string; what: string; children: React.ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="hw-turn">
          <ChevronIcon size={12} />
        </span>
        <span className="hw-mono">{label}</span>
        <span className="hw-sr"> ({what})</span>
      </button>
      {isOpen && <ul className="hw-tree">{children}</ul>}
    </li>
  );
}
