/** Holds the forms of the content that is open, and asks before they are left with something in them. */

import { Button, Group, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { createContext, type ReactNode, useContext, useRef, useSyncExternalStore } from "react";
import type { Content } from "../../api/contentTypes";
import { Dialog } from "../../parts/Dialog";
import { Forms, type Held, type Unsaved, unsavedIn } from "./forms";

const Context = createContext<Forms | null>(null);

export function FormsOf({ content, children }: { content: Content; children: ReactNode }) {
  const made = useRef<Forms | null>(null);
  made.current ??= new Forms();
  const forms = made.current;
  const unsaved = () => unsavedIn(forms.current(), content);
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && unsaved().length > 0,
    enableBeforeUnload: () => unsaved().length > 0,
    withResolver: true,
  });
  const stay = () => leaving.reset?.();
  return (
    <Context.Provider value={forms}>
      {children}
      <Dialog title="Leave without saving?" isOpen={leaving.status === "blocked"} onClose={stay}>
        <Text size="sm">What is not saved is gone then:</Text>
        <List unsaved={unsaved()} />
        <Group gap="sm" mt="md">
          <Button onClick={stay} data-autofocus>
            Stay
          </Button>
          <Button variant="outline" color="brick" onClick={() => leaving.proceed?.()}>
            Leave without saving
          </Button>
        </Group>
      </Dialog>
    </Context.Provider>
  );
}

export function useForms(): Forms {
  return useContext(Context) as Forms;
}

export function useForm<Name extends keyof Held>(name: Name): Held[Name] {
  const forms = useForms();
  return useSyncExternalStore(forms.subscribe, () => forms.current()[name]);
}

export function useUnsaved(content: Content): Unsaved[] {
  const forms = useForms();
  return unsavedIn(useSyncExternalStore(forms.subscribe, forms.current), content);
}

export function List({ unsaved }: { unsaved: Unsaved[] }) {
  return (
    <ul aria-label="Not saved yet" style={{ marginBlock: "0.5rem", paddingInlineStart: "1.25rem", fontSize: "0.875rem", overflowWrap: "anywhere" }}>
      {unsaved.map(({ what }) => (
        <li key={what}>{what}</li>
      ))}
    </ul>
  );
}
