/** The rows of information_schema.columns as a tree, and as the editor's completion wants them. */

export type Table = { name: string; columns: { name: string; type: string }[] };
export type Schema = { name: string; tables: Table[] };

/** Rows are (schema, table, column, type), in the order to be shown. */
export function toSchemas(rows: unknown[][]): Schema[] {
  const schemas = new Map<string, Map<string, Table>>();
  for (const row of rows) {
    const [schema, table, column, type] = row.map(String) as [string, string, string, string];
    const tables = schemas.get(schema) ?? new Map<string, Table>();
    schemas.set(schema, tables);
    const known = tables.get(table) ?? { name: table, columns: [] };
    tables.set(table, known);
    known.columns.push({ name: column, type });
  }
  return [...schemas].map(([name, tables]) => ({ name, tables: [...tables.values()] }));
}

/** `{"candu_prod": {"tutorial_view": ["id", …]}}` */
export function completionTables(schemas: Schema[]): Record<string, Record<string, string[]>> {
  return Object.fromEntries(
    schemas.map((schema) => [
      schema.name,
      Object.fromEntries(schema.tables.map((table) => [table.name, table.columns.map(({ name }) => name)])),
    ]),
  );
}

/** A name as it may stand in a query: quoted unless it is plain and in small letters. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

const RESERVED = new Set(
  (
    "all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default " +
    "deferrable desc describe distinct do else end except false fetch for foreign from group having in initially " +
    "intersect into lambda lateral leading limit not null offset on only or order pivot placing primary qualify " +
    "references returning select show some summarize symmetric table then to trailing true union unique unpivot using " +
    "variadic when where window with"
  ).split(" "),
);
