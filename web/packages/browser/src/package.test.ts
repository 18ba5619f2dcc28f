import ts from "typescript";
import { expect, it } from "vitest";

// @ts-expect-error a script of the build, without types
import { declarations } from "../declarations.mjs";
import headwater from "./index";

/** What the compiler says of a program that uses the package by its types alone. */
function complaints(code: string): string[] {
  const files: Record<string, string> = { "/app.ts": code };
  for (const [name, text] of Object.entries(declarations() as Record<string, string>)) files[`/${name}`] = text;
  const options: ts.CompilerOptions = {
    strict: true, noEmit: true, target: ts.ScriptTarget.ES2020, lib: ["lib.es2020.d.ts"], types: [],
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => path in files || fileExists(path);
  host.readFile = (path) => files[path] ?? readFile(path);
  host.getSourceFile = (path, version) =>
    path in files ? ts.createSourceFile(path, files[path]!, version) : getSourceFile(path, version);
  const program = ts.createProgram(["/app.ts"], options, host);
  return ts.getPreEmitDiagnostics(program).map((each) => ts.flattenDiagnosticMessageText(each.messageText, " "));
}

const HEAD = 'import headwater, { type Options } from "./index.js";\n';

it("has types that stand by themselves", () => {
  const code = `
    const options: Options = { clientToken: "t", userId: 42, callbacks: { open: (event, node, action) => void action.eventName } };
    headwater.init(options);
    headwater.identify("ann", { plan: "pro" }, "ff");
    const segments: Promise<string[]> = headwater.getMembership();
    const id: string | undefined = headwater.providerProps?.anonymousId;
    void [segments, id];`;
  expect(complaints(HEAD + code)).toEqual([]);
});

it("has types that find mistakes", () => {
  const code = `
    headwater.init({});
    headwater.track();
    headwater.group({});
    headwater.version = "2";`;
  expect(complaints(HEAD + code)).toEqual([
    expect.stringContaining("'clientToken' is missing"),
    "Expected 1-2 arguments, but got 0.",
    expect.stringContaining("not assignable to parameter of type 'UserId'"),
    expect.stringContaining("read-only"),
  ]);
});

it("does nothing, and harms nothing, where there is no page", async () => {
  headwater.init({ clientToken: "t", userId: "ann" });
  headwater.track("Rendered");
  expect([await headwater.getMembership(), headwater.providerProps]).toEqual([[], null]);
});
