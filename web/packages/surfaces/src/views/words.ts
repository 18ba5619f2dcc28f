/** The few words that are ours and neither the author's nor the browser's. */

export interface Words {
  close: string;
}

const CLOSE: Record<string, string> = { de: "Schließen", es: "Cerrar", fr: "Fermer", it: "Chiudi", nl: "Sluiten", pt: "Fechar" };

/** `language` as `de-AT`; English, when we do not have it. */
export function wordsOf(language: string): Words {
  return { close: CLOSE[language.slice(0, 2).toLowerCase()] ?? "Close" };
}

/** What this browser says, in its own language, of a field or a choice that was left empty. */
export function missing(type: "text" | "radio"): string {
  const probe = document.createElement("input");
  Object.assign(probe, { type, name: "probe", required: true });
  return probe.validationMessage || "Required";
}
