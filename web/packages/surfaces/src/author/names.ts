/** Which names in a page its authors gave. What a tool made, or what tells a passing state, is another one tomorrow. */

const STATES =
  /^(?:(?:is|has|was|js)-.*|.*-(?:active|enter|leave|open|visible|focused?|hovered|selected|checked|expanded)|active|current|selected|open(?:ed)?|closed?|hidden|visible|show|shown|collapsed|expanded|focus(?:ed)?|hover(?:ed)?|disabled|enabled|loading|loaded|checked|pressed|dragging|first|last|odd|even|fade|in|out|dark|light)$/i;

/** What attributes of libraries tell: states, and places in lists. */
const STATE_ATTRIBUTES =
  /^data-(?:state|status|active|open|closed|selected|checked|disabled|loading|loaded|focus.*|hover.*|pressed|expanded|visible|hidden|theme|mode|index|key|value|count|position|side|align|orientation|highlighted|headlessui-state|radix-.*|react.*|v-.*|s-.*|ng-.*|emotion.*|styled.*|aos.*|gtm.*|ga.*|headwater-.*|rbd-.*|rfd-.*|slot-.*)$/;

/** Classes that say how something looks, of which each change of the looks takes some away: `mt-4`, `text-sm`, `items-center`. */
const LOOKS = new RegExp(
  "^-?(?:[mp][trblxyse]?|gap|space|inset|top|left|right|bottom|z|w|h|min-[wh]|max-[wh]|size|text|font|leading|tracking|bg|border|rounded|shadow|opacity|flex|grid|cols?|rows?|grid-(?:cols|rows)|(?:col|row)-(?:span|start|end)|order|items|justify|content|self|place|overflow|object|transition|duration|ease|delay|scale|rotate|translate|cursor|select|ring|outline|fill|stroke|whitespace|break|align|float|basis|grow|shrink|divide|from|via|to|d|fs|fw|lh|g[xy]?)(?:-(?:[trblxyse]|xs|sm|md|lg|[2-9]?x[lx]?l?))*-(?:\\d[\\w.%]*|px|xs|sm|md|base|lg|xl|full|auto|none|screen|fit|min|max|start|end|center|left|right|top|bottom|between|around|evenly|stretch|baseline|middle|first|last|bold|semibold|medium|light|normal|thin|mono|sans|serif|hidden|scroll|visible|clip|wrap|nowrap|row|col|column|reverse|pointer|default|transparent|current|white|black|inherit|cover|contain|block|flex|grid|inline|(?:[a-z]+-\\d{2,3}))$" +
    "|^(?:flex|grid|block|inline|inline-(?:block|flex|grid)|static|relative|absolute|fixed|sticky|truncate|uppercase|lowercase|capitalize|italic|underline|container|clearfix|antialiased|grow|shrink|border|rounded|shadow|transition|ring|outline)$",
);

/** `Card_root__x1y2z`: a file's name, a class of the file, a hash of it. */
const OF_A_FILE = /^[a-z\d]+[_-][a-z\d]+(?:__|--)[a-z\d]{5,10}$/i;

/** No author writes such a thing: a hash, a counter, a number that a framework gave. */
export function isMade(name: string): boolean {
  if (!name || name.length > 60 || /[^\p{L}\p{N}_-]/u.test(name)) return true;
  if (/^(?:css|sc|jsx|jss|svelte|emotion|ng|astro|ember|yui|ext-gen|gwt-uid|react-select|headlessui|radix|mui|mantine|chakra|rc|el-id|tippy|popper|uid|id|auto|gen|_ngcontent|_nghost)(?:[-_][\w-]*)?\d/i.test(name)) return true;
  return OF_A_FILE.test(name) || name.split(/[-_]+/).some(isHash);
}

function isHash(word: string): boolean {
  if (/^\d+$/.test(word)) return word.length > 2;
  const digits = word.replace(/\D/g, "").length;
  const isNumbered = /^[a-z]+\d{1,2}$/i.test(word);
  if (digits && !isNumbered && word.length > 3) return true;
  return isNoWord(word.replace(/\d+$/, ""));
}

/** `bdVaJa`, `kxqzt`: letters that nobody can say, or that change case at every turn. */
function isNoWord(letters: string): boolean {
  if (letters.length < 5 || /[^a-z]/i.test(letters)) return false;
  const humps = letters.split(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);
  return letters.length / humps.length < 2.5 || /[bcdfghjklmnpqrstvwxz]{6}/i.test(letters) || !/[aeiouy]/i.test(letters);
}

/** Classes by which the element is known to its authors. */
export function classesOf(element: Element): string[] {
  return [...element.classList].filter((name) => !STATES.test(name) && !LOOKS.test(name) && !isMade(name)).slice(0, 3);
}

/** Whether an element's attribute says what it is, and will say so after the next build. */
export function isKept({ name, value }: Attr): boolean {
  return !STATE_ATTRIBUTES.test(name) && !isMade(name) && value.length < 60 && value.split(/[\s/.:,]+/).every((part) => !part || !isMade(part));
}
