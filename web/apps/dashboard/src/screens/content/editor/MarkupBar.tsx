/** The buttons above a text: bold, italic, a link, a variable. */

import { Button, Group, TextInput } from "@mantine/core";
import { type RefObject, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { BoldIcon, BracesIcon, ItalicIcon, LinkIcon } from "./icons";
import { linked, marked, withVariable, type Written } from "./markup";
import { Tool } from "./Tool";

type Field = HTMLTextAreaElement | HTMLInputElement;

type Props = {
  field: RefObject<Field | null>;
  /** Of the text, for whoever hears several such bars. */
  what: string;
  value: string;
  /** `all` marks and links; `variables` alone for texts that know no markup. */
  buttons: "all" | "variables";
  variables: readonly string[];
  onChange: (text: string) => void;
};

export function MarkupBar({ field, what, value, buttons, variables, onChange }: Props) {
  const [isAsking, setAsking] = useState(false);
  const at = useRef({ start: value.length, end: value.length });

  function selection(): Written {
    const { selectionStart, selectionEnd } = field.current ?? {};
    return { text: value, start: selectionStart ?? value.length, end: selectionEnd ?? value.length };
  }
  function put(written: Written) {
    // Drawn at once: the selection goes into the new text, before anything else can be typed.
    flushSync(() => onChange(written.text));
    field.current?.focus({ preventScroll: true });
    field.current?.setSelectionRange(written.start, written.end);
  }
  function ask() {
    at.current = selection();
    setAsking(!isAsking);
  }

  return (
    <div role="group" aria-label={`Marks in ${what}`} className="hw-marks">
      <Group gap={4}>
        {buttons === "all" && (
          <>
            <Tool label="Bold" isBeside onPress={() => put(marked(selection(), "**"))}>
              <BoldIcon size={15} />
            </Tool>
            <Tool label="Italic" isBeside onPress={() => put(marked(selection(), "_"))}>
              <ItalicIcon size={15} />
            </Tool>
            <Tool label="Link" isBeside onPress={() => put(linked(selection()))}>
              <LinkIcon size={15} />
            </Tool>
          </>
        )}
        <Tool label={isAsking ? "No variable" : "Variable"} isBeside onPress={ask}>
          <BracesIcon size={15} />
        </Tool>
      </Group>
      {isAsking && (
        <VariablePicker
          variables={variables}
          fallback={value.slice(at.current.start, at.current.end)}
          onPick={(path, fallback) => {
            setAsking(false);
            put(withVariable({ text: value, ...at.current }, path, fallback));
          }}
          onLeave={() => {
            setAsking(false);
            field.current?.focus();
          }}
        />
      )}
    </div>
  );
}

type PickerProps = {
  variables: readonly string[];
  fallback: string;
  onPick: (path: string, fallback: string) => void;
  onLeave: () => void;
};

function VariablePicker({ variables, fallback: selected, onPick, onLeave }: PickerProps) {
  const [path, setPath] = useState("");
  const [fallback, setFallback] = useState(selected);
  const [isWrong, setWrong] = useState(false);
  const list = useId();
  const name = useRef<HTMLInputElement>(null);

  function pick() {
    const isRight = /^(user|account|url)\.[^{}|\s]+$/.test(path.trim());
    setWrong(!isRight);
    if (isRight) onPick(path.trim(), fallback.trim());
    else name.current?.focus();
  }

  return (
    <div
      className="hw-marks-form"
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          onLeave();
        }
        if (event.key !== "Enter") return;
        event.preventDefault();
        pick();
      }}
    >
      <datalist id={list}>
        {variables.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <TextInput
        ref={name}
        size="xs"
        label="Variable"
        placeholder="user.name"
        list={list}
        value={path}
        error={isWrong && "Give a name such as user.name or account.plan."}
        autoComplete="off"
        data-autofocus
        autoFocus
        onChange={(event) => setPath(event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        label="Where it is missing, say"
        value={fallback}
        autoComplete="off"
        onChange={(event) => setFallback(event.currentTarget.value)}
      />
      <Group gap="xs">
        <Button size="compact-sm" onClick={pick}>
          Put in
        </Button>
        <Button size="compact-sm" variant="default" onClick={onLeave}>
          Cancel
        </Button>
      </Group>
    </div>
  );
}
