/** The few words that are ours and not the author's, in the page's language where we have it. */

export interface Words {
  close: string;
  /** Of a choice of several, one of which has to be chosen. */
  choose: string;
  fill: string;
}

const WORDS: Record<string, [close: string, choose: string, fill: string]> = {
  en: ["Close", "Choose at least one.", "Fill in this field."],
  de: ["Schließen", "Mindestens eines auswählen.", "Dieses Feld ausfüllen."],
  es: ["Cerrar", "Elige al menos una opción.", "Rellena este campo."],
  fr: ["Fermer", "Choisissez au moins une option.", "Remplissez ce champ."],
  it: ["Chiudi", "Scegli almeno un'opzione.", "Compila questo campo."],
  nl: ["Sluiten", "Kies ten minste één optie.", "Vul dit veld in."],
  pt: ["Fechar", "Escolha pelo menos uma opção.", "Preencha este campo."],
};

/** `language` as `de-AT`; English, when we do not have it. */
export function wordsOf(language: string): Words {
  const [close, choose, fill] = WORDS[language.slice(0, 2).toLowerCase()] ?? WORDS.en!;
  return { close, choose, fill };
}
