/** What a page says to register the components of the manifest, ready to copy. */

import type { ComponentEntry } from "../../api/contentTypes";

export function registration(entries: readonly ComponentEntry[]): string {
  const react = entries.filter(({ kind }) => kind === "react");
  const elements = entries.filter(({ kind }) => kind === "element");
  return [...elements.flatMap(elementLines), ...(elements.length > 0 && react.length > 0 ? [""] : []), ...reactLines(react)].join("\n");
}

function elementLines({ tag, title, props }: ComponentEntry): string[] {
  const names = props.map(({ name }) => name).join(", ");
  return [
    `// ${title}${names ? `: gets ${names} as properties` : ""}`,
    `customElements.define(${JSON.stringify(tag ?? "")}, /* your class */);`,
  ];
}

function reactLines(entries: ComponentEntry[]): string[] {
  if (entries.length === 0) return [];
  return [
    'import { createElement } from "react";',
    'import { createRoot } from "react-dom/client";',
    'import { init, reactComponent } from "@headwater/browser";',
    "",
    "const react = { createElement, createRoot };",
    "init({",
    "  // … your client token and user, as before",
    "  components: {",
    ...entries.map(({ name }) => `    ${JSON.stringify(name)}: reactComponent(${variable(name)}, react),`),
    "  },",
    "});",
  ];
}

/** The name as a variable of the page; what is none becomes one. */
function variable(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_$]+/g, "");
  return /^[A-Za-z_$]/.test(plain) ? plain : `Component${plain}`;
}
