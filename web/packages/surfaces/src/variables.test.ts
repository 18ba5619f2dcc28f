import { expect, it } from "vitest";
import { fill, fillAddress, type Look, member, ofAddress, textOf } from "./variables";

const USER = {
  name: "Ann", logins: 5, admin: false, tags: ["a"], empty: "", none: null, nan: NaN, "first name": "Ann Lee",
  "a.b": "flat", address: { city: "Wien" }, site: "https://ann.example/a b", slashes: "/\\/evil.example", path: "a/b&c=d?e",
};
const ADDRESS = "https://app.example.com:8443/teams/blue%20one/x?tab=a%26b&q=1#frag";
const look: Look = (scope, name) => (scope === "url" ? ofAddress(ADDRESS, name) : scope === "user" ? member(USER, name) : undefined);

it.each([
  ["user.name", "Ann"],
  [" user.name | there", "Ann"],
  ["user.missing| a b ", " a b "],
  ["user.logins", "5"],
  ["user.admin|x", "false"],
  ["user.first name", "Ann Lee"],
  ["user.a.b", "flat"],
  ["user.address.city", "Wien"],
  ["user.address|nowhere", "nowhere"],
  ["user.tags|none", "none"],
  ["user.empty|there", "there"],
  ["user.none|a|b", "a|b"],
  ["user.nan|0", "0"],
  ["user.missing", ""],
  ["user.constructor|own", "own"],
  ["user.__proto__.x|own", "own"],
  ["account.plan|free", "free"],
  ["url.pathname|not in texts", "not in texts"],
  ["nonsense|so", "so"],
  ["", ""],
])("{{%s}} is %j", (inner, expected) => {
  expect(textOf(inner, look)).toBe(expected);
});

it("fills a text, and nothing twice", () => {
  const nested: Look = () => "{{user.name}}";
  expect(fill("Hi {{user.name|there}}, {{user.missing|friend}}!", look)).toBe("Hi Ann, friend!");
  expect(fill("{{user.x}}", nested)).toBe("{{user.name}}");
});

it.each([
  ["https://x.example/?who={{user.path}}", "https://x.example/?who=a%2Fb%26c%3Dd%3Fe"],
  ["{{user.site}}", "https://ann.example/a b"],
  ["/{{url.pathname}}", "/teams/blue%20one/x"],
  ["//x.example/{{url.pathname[1]}}", "//x.example/blue%20one"],
  ["{{user.slashes}}", "/evil.example"],
  ["https://x.example{{url.pathname}}{{url.search}}", "https://x.example/teams/blue%20one/x?tab=a%26b&q=1"],
  ["/t/{{url.pathname[1]}}/{{url.pathname[9]|none}}", "/t/blue%20one/none"],
  ["?tab={{url.search.tab|x}}&z={{url.search.z|x}}", "?tab=a%26b&z=x"],
  ["{{url.protocol}}//{{url.hostname[1]}}.example/{{url.hostname}}", "https://example.example/app.example.com"],
  ["/{{url.href|no}}{{url.constructor|no}}", "/nono"],
])("the address %j leads to %j", (given, expected) => {
  expect(fillAddress(given, look, true)).toBe(expected);
});

it("keeps the page's address out of what may not name it", () => {
  expect(fillAddress("/x{{url.pathname|/y}}", look, false)).toBe("/x/y");
});
