import { expect, it } from "vitest";
import { parse, type Piece, plain } from "./markup";

/** As short as it can be read: <b>, <i>, <a:href>, ¶ and {variable}. */
function short(pieces: Piece[]): string {
  const one = (piece: Piece): string => {
    if (piece.kind === "text") return piece.text;
    if (piece.kind === "variable") return `{${piece.inner}}`;
    if (piece.kind === "break") return "¶";
    const tag = { bold: "b", italic: "i", link: "a" }[piece.kind] + (piece.kind === "link" ? `:${piece.href}` : "");
    return `<${tag}>${short(piece.pieces)}</>`;
  };
  return pieces.map(one).join("");
}

it.each([
  ["plain", "plain"],
  ["**bold** and _italic_", "<b>bold</> and <i>italic</>"],
  ["**bold with _italic_ in it**", "<b>bold with <i>italic</> in it</>"],
  ["_**both**_", "<i><b>both</></>"],
  ["snake_case_name and _it_s_", "snake_case_name and <i>it_s</>"],
  ["_ not this _", "_ not this _"],
  ["(_this_), \"_that_\".", "(<i>this</>), \"<i>that</>\"."],
  ["2 ** 3 and **", "2 ** 3 and **"],
  ["****", "****"],
  ["**a", "**a"],
  ["[Docs](https://example.com/a?b=1#c)", "<a:https://example.com/a?b=1#c>Docs</>"],
  ["[**Docs**](/docs) end", "<a:/docs><b>Docs</></> end"],
  ["[a [b](/c)", "[a <a:/c>b</>"],
  ["[a](/wiki/x_(y))", "<a:/wiki/x_(y)>a</>"],
  ["C:\\new \\# \\\\", "C:\\new \\# \\"],
  ["[no link] (/x) and [x]()", "[no link] (/x) and [x]()"],
  ["[a](/wiki/x_\\(y\\))", "<a:/wiki/x_(y)>a</>"],
  ["[a](/u/{{user.id|(x)}})", "[a](/u/{user.id|(x)})".replace("[a](/u/{user.id|(x)})", "<a:/u/{{user.id|(x)}}>a</>")],
  ["one\ntwo\r\nthree", "one¶two¶three"],
  ["\\*\\*not\\*\\* \\_so\\_ \\[a](/b) \\{{user.a}}", "**not** _so_ [a](/b) {{user.a}}"],
  ["C:\\new", "C:\\new"],
  ["Hi {{user.name|there}}, **{{account.plan}}**", "Hi {user.name|there}, <b>{account.plan}</>"],
  ["{{user.a|**b**}} {{user.a_b|_c_}}", "{user.a|**b**} {user.a_b|_c_}"],
  ["{{user.a", "{{user.a"],
  ["<b>&amp;</b><script>alert(1)</script>", "<b>&amp;</b><script>alert(1)</script>"],
])("%j reads as %j", (source, expected) => {
  expect(short(parse(source))).toBe(expected);
});

it("gives the text alone, with what stands for variables", () => {
  const source = "**Hi** {{user.name|there}}\n[see _more_](/x)";
  expect(plain(source, (inner) => inner.split("|")[1] ?? "")).toBe("Hi there see more");
});

it.each(["**", "_a ", "[", "](", "[a](", "{{", "\\", "{{a}}", "**a** ", "[a](/{{b}}"])("reads 100 kB of %j in no time", (part) => {
  const source = part.repeat(100_000 / part.length);
  const before = performance.now();
  parse(source);
  expect(performance.now() - before).toBeLessThan(3000);
});
