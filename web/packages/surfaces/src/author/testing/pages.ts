/** Pages as several ways of building make them, and what the next release of such a page may do to them. */

/** Numbers that look random and are the same in each run. */
export function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

type Dice = ReturnType<typeof dice>;
type Style = "hashed" | "utility" | "plain" | "bare";

const TITLES = ["Billing", "Team", "Usage", "Plan", "Invoices", "Security", "Webhooks", "Activity", "Reports", "Goals"];
const WORDS = ["Save", "Edit", "Invite", "Export", "Upgrade", "Delete", "Archive", "Open", "Copy", "Share"];

/** A page of an application: a header, navigation, and sections with headings, texts, lists, tables and forms. */
export function makePage(seed: number): void {
  const roll = dice(seed);
  const style = (["hashed", "utility", "plain", "bare"] as const)[seed % 4]!;
  const make = maker(roll, style);
  document.body.replaceChildren(
    make("header", "header", [make("h1", "brand", "Acme"), make("nav", "nav", TITLES.slice(0, 4).map((title) => make("a", "link", title, { href: `/${title.toLowerCase()}` })))]),
    make("main", "page", TITLES.slice(0, 4 + roll(4)).map((title) => section(title, make, roll))),
    make("footer", "footer", "Acme Inc."),
  );
}

type Make = (tag: string, name: string, inner: string | Element[], attributes?: Record<string, string>) => Element;

function section(title: string, make: Make, roll: Dice): Element {
  const name = title.toLowerCase();
  const marks: Record<string, string> = roll(3) ? {} : roll(2) ? { "data-testid": `${name}-section` } : { id: name };
  return make("section", "card", [make("h2", "card-title", title), make("p", "card-text", `All about ${name}.`), ...inside(title, make, roll)], marks);
}

function inside(title: string, make: Make, roll: Dice): Element[] {
  const buttons = [...Array(1 + roll(3))].map(() => make("button", "button", WORDS[roll(WORDS.length)]!, roll(3) ? {} : { "data-testid": `${title}-${roll(50)}` }));
  const items = [...Array(2 + roll(4))].map((_, at) => make("li", "item", [make("span", "item-name", `${title} ${at}`), make("button", "button", WORDS[roll(4)]!)]));
  const rows = [...Array(2 + roll(4))].map((_, at) => make("tr", "row", [make("td", "cell", `${title} row ${at}`), make("td", "cell", String(roll(900)))]));
  const form = make("form", "form", [make("label", "label", "Name"), make("input", "input", "", { name: `${title}-name` }), make("button", "submit", "Send")]);
  return [make("div", "actions", buttons), make("ul", "list", items), make("table", "table", [make("tbody", "rows", rows)]), form].filter(() => roll(4) > 0);
}

function maker(roll: Dice, style: Style): Make {
  const hash = () => (roll(2 ** 31) + 2 ** 30).toString(36).slice(0, 6);
  const classes: Record<Style, (name: string) => string> = {
    hashed: (name) => `css-${hash()} ${name}_root__${hash()}`,
    utility: () => ["flex", "mt-4", "px-2", "text-sm", "rounded-lg", "md:grid"].filter(() => roll(2)).join(" "),
    plain: (name) => `acme-${name}${roll(4) ? "" : " is-active"}`,
    bare: () => "",
  };
  return (tag, name, inner, attributes = {}) => {
    const made = document.createElement(tag);
    const given = classes[style](name);
    if (given) made.className = given;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (style === "hashed" && !roll(3)) made.id = `:r${hash()}:`;
    made.append(...(typeof inner === "string" ? [inner] : inner));
    return made;
  };
}

const all = () => [...document.body.querySelectorAll("*")];
const notice = (tag = "div") => Object.assign(document.createElement(tag), { textContent: "Something new" });

/** What a release may change. Each keeps the target itself in the page. */
export const CHANGES: Record<string, (target: Element, roll: Dice) => void> = {
  "nothing": () => undefined,
  "every class another": () => {
    for (const each of all()) if (each.className) each.className = `x${each.className.length}z`;
  },
  "no class at all": () => {
    for (const each of all()) each.removeAttribute("class");
  },
  "generated ids another": () => {
    for (const each of all()) if (each.id.startsWith(":r")) each.id = ":rnew:";
  },
  "a banner before all": () => document.body.prepend(notice()),
  "a section before the others": () => document.querySelector("main")!.prepend(notice("section")),
  "a section after the others": () => document.querySelector("main")!.append(notice("section")),
  "one like it before it": (target) => target.before(notice(target.localName)),
  "one like it after it": (target) => target.after(notice(target.localName)),
  "others beside its parent": (target) => {
    if (target.parentElement !== document.body) target.parentElement!.before(notice(target.parentElement!.localName));
  },
  "all wrapped once more": () => {
    const wrapper = document.createElement("div");
    wrapper.append(...document.body.childNodes);
    document.body.append(wrapper);
  },
  "its text another": (target) => {
    if (!target.childElementCount) target.textContent = "Quite another word";
  },
  "every text another": () => {
    for (const each of all()) if (!each.childElementCount && each.textContent) each.textContent = each.textContent.split("").reverse().join("");
  },
  "test ids gone": () => {
    for (const each of all()) each.removeAttribute("data-testid");
  },
  "classes another and a banner": (target, roll) => {
    CHANGES["every class another"]!(target, roll);
    CHANGES["a banner before all"]!(target, roll);
  },
  "a section before and its text another": (target, roll) => {
    CHANGES["a section before the others"]!(target, roll);
    CHANGES["its text another"]!(target, roll);
  },
};
