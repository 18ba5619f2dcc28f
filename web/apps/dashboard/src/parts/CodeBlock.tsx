import { CopyButton } from "./Copy";

/** Text to copy: scrolls by itself, reachable with the keyboard. */
export function CodeBlock({ code, what, wrap = false }: { code: string; what: string; wrap?: boolean }) {
  return (
    <div>
      <div style={{ display: "flex", justifyContent: "flex-end", marginBlockEnd: "0.35rem" }}>
        <CopyButton text={code} what={what} />
      </div>
      {/* A region that scrolls has to be reachable by keyboard. */}
      <pre className={wrap ? "hw-code hw-code-wrap" : "hw-code"} tabIndex={0} role="region" aria-label={what}>
        {code}
      </pre>
    </div>
  );
}
