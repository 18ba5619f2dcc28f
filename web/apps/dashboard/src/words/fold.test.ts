import { describe, expect, test } from "vitest";
import { fold, schemaPreview, TAKEN_SCHEMAS } from "./fold";
import vectors from "./fold.vectors.json";

const pairs = (rows: string[][]) => rows as [string, string][];

describe("fold", () => {
  test.each(pairs(vectors.fold))("%s becomes %s", (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  test("what is folded stays as it is", () => {
    for (const [, folded] of pairs(vectors.fold)) expect(fold(folded)).toBe(folded);
  });
});

describe("schemaPreview", () => {
  test.each(pairs(vectors.schema))("%s gets %s", (label, schema) => {
    const preview = schemaPreview(label);
    if (preview.kind === "begins") expect(schema).toMatch(new RegExp(`^${preview.start}[0-9a-f]{8}$`));
    else expect(preview).toEqual({ kind: "name", schema });
  });

  test("reserved names are those of the server", () => {
    expect([...TAKEN_SCHEMAS].sort()).toEqual([...vectors.reserved].sort());
    expect(schemaPreview("Customer Events")).toEqual({ kind: "reserved", schema: "customer_events" });
  });

  test("a schema in use is told before the form is sent", () => {
    expect(schemaPreview("Candu Prod", ["candu_prod"])).toEqual({ kind: "used", schema: "candu_prod" });
  });

  test.each(["", "   "])("nothing is said of %j", (label) => {
    expect(schemaPreview(label)).toEqual({ kind: "empty" });
  });
});
