import { describe, expect, it } from "vitest";
import { countPresses, createGate } from "./once";

function pressed() {
  const page = new EventTarget();
  const count = countPresses(page);
  return {
    count,
    click: (detail: number) => page.dispatchEvent(new CustomEvent("click", { detail })),
    key: (name: string, repeat = false) => page.dispatchEvent(Object.assign(new Event(name), { repeat })),
  };
}

describe("presses", () => {
  it("takes a double and a triple click as one press, and two clicks as two", () => {
    const { count, click } = pressed();
    const seen = [1, 2, 3, 1, 1].map((detail) => (click(detail), count()));
    expect(seen).toEqual([1, 1, 1, 2, 3]);
  });

  it("takes a key that is held as one press, and the same key again as another", () => {
    const { count, click, key } = pressed();
    key("keydown");
    click(0);
    const held = count();
    for (let times = 0; times < 3; times += 1) {
      key("keydown", true);
      click(0);
    }
    expect(count()).toBe(held);
    key("keyup");
    key("keydown");
    click(0);
    expect(count()).toBeGreaterThan(held);
  });

  it("takes the click of a space bar that was held as a press of its own", () => {
    const { count, click, key } = pressed();
    key("keydown", true);
    key("keyup");
    const before = count();
    click(0);
    expect(count()).toBe(before + 1);
  });
});

describe("the gate", () => {
  it("begins once while the work runs, whatever is pressed", async () => {
    let press = 1;
    const gate = createGate(() => press);
    let begun = 0;
    let finish: (value: string) => void = () => undefined;
    const work = () => {
      begun += 1;
      return new Promise<string>((resolve) => (finish = resolve));
    };
    const first = gate(work);
    press = 2;
    const second = gate(work);
    finish("made");
    expect(await Promise.all([first, second])).toEqual(["made", "made"]);
    expect(begun).toBe(1);
  });

  it("begins once for one press, even where the work was done before its second click", async () => {
    let press = 1;
    const gate = createGate(() => press);
    let begun = 0;
    const work = async () => (begun += 1);
    await gate(work);
    expect(await gate(work)).toBe(1);
    press = 2;
    expect(await gate(work)).toBe(2);
  });

  it("begins anew with the next press after the work failed", async () => {
    let press = 1;
    const gate = createGate(() => press);
    await expect(gate(() => Promise.reject(new Error("away")))).rejects.toThrow("away");
    press = 2;
    expect(await gate(async () => "made")).toBe("made");
  });
});
