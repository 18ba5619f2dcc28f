import { expect, it } from "vitest";
import { pageAddress } from "./addresses";

it.each([
  ["https://app.example.com/home?a=1", "https://app.example.com/home?a=1"],
  [" app.example.com/home ", "https://app.example.com/home"],
  ["app.example.com:8443?a#b", "https://app.example.com:8443/?a#b"],
  ["bücher.example", "https://xn--bcher-kva.example/"],
  ["http://localhost:3000", "http://localhost:3000/"],
  ["https://intranet/home", "https://intranet/home"],
  ["192.168.1.7/a", "https://192.168.1.7/a"],
])("takes %s for the address %s", (text, expected) => {
  expect(pageAddress(text)).toBe(expected);
});

it.each([
  ["localhost:3000/a", "http://localhost:3000/a"],
  ["127.0.0.1:18440/", "http://127.0.0.1:18440/"],
  ["[::1]:8080", "http://[::1]:8080/"],
  ["shop.localhost", "http://shop.localhost/"],
])("takes %s for a page of this machine, which is served without encryption: %s", (text, expected) => {
  expect(pageAddress(text)).toBe(expected);
});

it.each([
  "",
  "  ",
  "/orders",
  "//example.com/orders",
  "?tab=1",
  "#/orders",
  "kaputt",
  "orders/7",
  "javascript:alert(1)",
  "javascript://x/%0aalert(1)",
  "mailto:ann@example.com",
  "file:///etc/passwd",
  "https:orders",
  "https://",
  "https:///orders",
  "http://a b",
  "999.1.1.1",
  "localhost:99999",
  "not an address",
])("takes %j for none, and guesses no site", (text) => {
  expect(pageAddress(text)).toBeNull();
});
