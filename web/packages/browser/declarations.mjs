/** The types of the npm package, out of the sources themselves. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const HERE = dirname(fileURLToPath(import.meta.url));

/** File name → text. */
export function declarations() {
  const own = (path) => declared(join(HERE, path)).replaceAll('"@headwater/core"', '"./api.js"');
  return {
    "api.d.ts": declared(join(HERE, "../core/src/api.ts")),
    "index.d.ts": own("src/index.ts").replaceAll('"./react"', '"./react.js"'),
    "react.d.ts": own("src/react.ts"),
  };
}

function declared(path) {
  const { outputText, diagnostics } = ts.transpileDeclaration(readFileSync(path, "utf8"), {
    fileName: path,
    compilerOptions: { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.ESNext, strict: true },
    reportDiagnostics: true,
  });
  const [first] = diagnostics ?? [];
  if (first) throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(first.messageText, " ")}`);
  return outputText;
}
