import { expect, it } from "vitest";
import { pageAddress } from "./addresses";

it("takes the address of a page, with or without its scheme", () => {
  expect(pageAddress("https://app.example.com/home?a=1")).toBe("https://app.example.com/home?a=1");
  expect(pageAddress(" app.example.com/home ")).toBe("https://app.example.com/home");
  expect(pageAddress("http://localhost:3000")).toBe("http://localhost:3000/");
});

it("takes nothing else", () => {
  for (const text of ["", "  ", "javascript://x/%0aalert(1)", "file:///etc/passwd", "https://", "not an address"]) {
    expect(pageAddress(text)).toBeNull();
  }
});
