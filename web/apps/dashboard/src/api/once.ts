/** Work that one press begins once: a double click, a held key or a press while it runs never makes a second thing. */

import { useMutation, type UseMutationOptions, type UseMutationResult } from "@tanstack/react-query";
import { useState } from "react";

type Listens = Pick<EventTarget, "addEventListener">;

/** Counts presses of mouse, finger and key: the clicks of a double click are one, and so are those of a held key. */
export function countPresses(target: Listens): () => number {
  let presses = 0;
  let isHeld = false;
  const listen = <Seen extends Event>(name: string, act: (event: Seen) => void) =>
    target.addEventListener(name, act as EventListener, { capture: true });
  listen<KeyboardEvent>("keydown", ({ repeat }) => {
    isHeld = repeat;
    if (!repeat) presses += 1;
  });
  listen("keyup", () => {
    isHeld = false;
  });
  // A click by key, by a screen reader or by a script has the detail 0, the second one of a double click 2.
  listen<MouseEvent>("click", ({ detail }) => {
    if (detail === 1 || (detail === 0 && !isHeld)) presses += 1;
  });
  return () => presses;
}

/** Begins work unless the last one runs still or was begun by the same press; then that one's promise is given. */
export function createGate(press: () => number) {
  let last: { begunBy: number; isRunning: boolean; work: Promise<unknown> } | null = null;
  return <Result>(begin: () => Promise<Result>): Promise<Result> => {
    if (last && (last.isRunning || last.begunBy === press())) return last.work as Promise<Result>;
    const work = begin();
    const current = { begunBy: press(), isRunning: true, work };
    const end = () => {
      current.isRunning = false;
    };
    work.then(end, end);
    last = current;
    return work;
  };
}

const press = countPresses(typeof window === "undefined" ? new EventTarget() : window);

/**
 * `useMutation` for what makes, sends or ends something: the button that is busy is drawn too late to stop the second
 * click of a double click, and is no longer busy where the server was quick.
 */
export function useOnce<Data, Variables = void, Kept = unknown>(
  options: UseMutationOptions<Data, Error, Variables, Kept>,
): UseMutationResult<Data, Error, Variables, Kept> {
  const mutation = useMutation(options);
  const [gate] = useState(() => createGate(press));
  const mutateAsync: typeof mutation.mutateAsync = (...given) => gate(() => mutation.mutateAsync(...given));
  const mutate: typeof mutation.mutate = (...given) => void mutateAsync(...given).catch(() => undefined);
  return { ...mutation, mutate, mutateAsync };
}
