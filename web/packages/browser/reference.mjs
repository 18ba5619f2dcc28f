/**
 * Writes docs/reference/sdk.md: what stands in reference.md, and a table for each type that it names.
 *
 *     node reference.mjs           write it
 *     node reference.mjs --check   fail when it is not what would be written
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const HERE = dirname(fileURLToPath(import.meta.url));
const PAGE = join(HERE, "../../../docs/reference/sdk.md");
const SOURCES = [join(HERE, "../core/src/api.ts"), join(HERE, "src/globals.ts")];

/** Interface name → its members. */
function interfaces() {
  const found = new Map();
  for (const path of SOURCES) {
    const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true);
    for (const node of source.statements) if (ts.isInterfaceDeclaration(node)) found.set(node.name.text, node);
  }
  return found;
}

function table(node) {
  const rows = node.members.map((member) => `| \`${cell(shape(member))}\` | ${cell(said(member))} |`);
  return ["| | |", "| --- | --- |", ...rows].join("\n");
}

/** `name(given): type` of a method, `name: type` of a value; what may be left out has a question mark. */
function shape(member) {
  return member.getText().replace(/^readonly /, "").replace(/;$/, "").replace(/\s+/g, " ");
}

function said(member) {
  const text = ts.getJSDocCommentsAndTags(member).map((each) => ts.getTextOfJSDocComment(each.comment)).join(" ");
  if (!text.trim()) throw new Error(`${member.parent.name.text}.${member.name.getText()} says nothing of itself`);
  return text;
}

function cell(text) {
  return text.trim().replace(/\s+/g, " ").replace(/\|/g, "\\|");
}

function page() {
  const known = interfaces();
  return readFileSync(join(HERE, "reference.md"), "utf8").replace(/^\{\{(\w+)\}\}$/gm, (_, name) => {
    const node = known.get(name);
    if (!node) throw new Error(`reference.md names ${name}, which is no interface`);
    return table(node);
  });
}

const wanted = page();
if (!process.argv.includes("--check")) {
  writeFileSync(PAGE, wanted);
} else if (!existsSync(PAGE) || readFileSync(PAGE, "utf8") !== wanted) {
  console.error("docs/reference/sdk.md is not what the types give. Run `npm run generate` in web/packages/browser.");
  process.exitCode = 1;
}
