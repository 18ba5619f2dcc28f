import { afterEach, expect, it, vi } from "vitest";

import { uuid } from "./uuid";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

afterEach(() => vi.unstubAllGlobals());

it.each(["there", "missing", "broken"])("makes ids of version 4 while crypto is %s", (state) => {
  if (state === "missing") vi.stubGlobal("crypto", undefined);
  if (state === "broken") vi.stubGlobal("crypto", { getRandomValues: () => { throw new Error("no"); } });
  const made = Array.from({ length: 2000 }, uuid);
  expect(made.filter((id) => !UUID.test(id))).toEqual([]);
  expect(new Set(made).size).toBe(made.length);
});
