/** One control for each kind of setting in the table of blocks. */

import { Button, Checkbox, Group, NativeSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { type ReactNode, useRef } from "react";
import { PlusIcon, TrashIcon } from "../../../shell/icons";
import { ActionsControl } from "./ActionsControl";
import { UpIcon } from "./icons";
import { MarkupBar } from "./MarkupBar";
import type { Action, FieldSpec, Props } from "./model";
import { Tool } from "./Tool";

export type ControlProps = {
  field: FieldSpec;
  props: Props;
  variables: readonly string[];
  readOnly: boolean;
  error?: ReactNode;
  /** Greyed where nothing is written. */
  placeholder?: string;
  /** Whether the block is within a form. */
  inForm?: boolean;
  onChange: (props: Props) => void;
};

/** A setting of the block; what equals the default is left out of the stored props. */
export function Control(given: ControlProps) {
  const { field, props, readOnly, error, onChange } = given;
  const value = props[field.name];
  const set = (next: unknown) => onChange({ [field.name]: next === field.default || next === "" ? undefined : next });
  const shared = { label: field.title, description: field.hint, error, size: "sm" as const };
  switch (field.kind) {
    case "choice":
      return (
        <NativeSelect
          {...shared}
          disabled={readOnly}
          value={String(value ?? field.default ?? "")}
          data={(field.choices ?? []).map((each) => ({ value: each.value, label: each.title }))}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            set(typeof field.default === "number" ? Number(chosen) : chosen);
          }}
        />
      );
    case "switch":
      return (
        <Checkbox
          {...shared}
          disabled={readOnly}
          checked={(value ?? field.default) === true}
          onChange={(event) => set(event.currentTarget.checked)}
        />
      );
    case "number":
      return (
        <TextInput
          {...shared}
          type="number"
          inputMode="numeric"
          min={field.min}
          max={field.max}
          readOnly={readOnly}
          value={typeof value === "number" ? value : ""}
          onChange={(event) => set(event.currentTarget.value === "" ? undefined : event.currentTarget.valueAsNumber)}
        />
      );
    case "options":
      return <Options {...given} />;
    case "actions":
      return (
        <ActionsControl
          actions={Array.isArray(value) ? (value as Action[]) : []}
          title={field.title}
          variables={given.variables}
          readOnly={readOnly}
          error={error}
          inForm={given.inForm ?? false}
          onChange={(actions) => onChange({ [field.name]: actions })}
        />
      );
    default:
      return <Line {...given} />;
  }
}

/** Words or an address, with the bar of marks where they may have any. */
function Line({ field, props, variables, readOnly, error, placeholder, onChange }: ControlProps) {
  const input = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  const given = props[field.name];
  const value = typeof given === "string" ? given : "";
  const set = (text: string) => onChange({ [field.name]: text === "" && !field.isRequired ? undefined : text });
  const shared = {
    ref: input,
    label: field.title,
    description: field.hint,
    error,
    placeholder: placeholder ?? (typeof field.default === "string" ? field.default : undefined),
    value,
    readOnly,
    required: field.isRequired,
    size: "sm" as const,
    autoComplete: "off",
    dir: field.kind === "address" ? "ltr" : "auto",
    onChange: (event: { currentTarget: { value: string } }) => set(event.currentTarget.value),
  };
  return (
    <div>
      {field.kind === "markup" ? <Textarea {...shared} autosize minRows={field.isLong ? 3 : 1} maxRows={12} /> : <TextInput {...shared} />}
      {field.variables && !readOnly && (
        <MarkupBar
          field={input}
          what={field.title}
          value={value}
          buttons={field.kind === "markup" ? "all" : "variables"}
          variables={field.variables === "url" ? [...variables, ...OF_ADDRESSES] : variables}
          onChange={set}
        />
      )}
    </div>
  );
}

const OF_ADDRESSES = ["url.pathname", "url.pathname[0]", "url.search", "url.search.tab", "url.hostname", "url.protocol"];

function Options({ field, props, readOnly, error, onChange }: ControlProps) {
  const list = useRef<HTMLFieldSetElement>(null);
  const options = Array.isArray(props[field.name]) ? (props[field.name] as string[]) : [];
  const set = (next: string[]) => onChange({ [field.name]: next });
  return (
    <fieldset className="hw-set" ref={list}>
      <legend>{field.title}</legend>
      <Stack gap={6}>
        {options.map((option, index) => (
          <Group key={index} gap={4} wrap="nowrap">
            <TextInput
              size="sm"
              style={{ flex: 1, minWidth: 0 }}
              aria-label={`Option ${index + 1}`}
              value={option}
              readOnly={readOnly}
              autoComplete="off"
              onChange={(event) => set(options.with(index, event.currentTarget.value))}
            />
            <Tool
              label={`Move option ${index + 1} up`}
              isOff={index === 0 || readOnly}
              onPress={() => set(options.toSpliced(index, 1).toSpliced(index - 1, 0, option))}
            >
              <UpIcon size={15} />
            </Tool>
            <Tool
              label={`Remove option ${index + 1}`}
              isOff={readOnly}
              onPress={() => {
                set(options.toSpliced(index, 1));
                list.current?.querySelector<HTMLElement>("[data-adder]")?.focus();
              }}
            >
              <TrashIcon size={15} />
            </Tool>
          </Group>
        ))}
        {error && <Wrong>{error}</Wrong>}
        {!readOnly && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<PlusIcon size={14} />}
            style={{ alignSelf: "start" }}
            data-adder
            onClick={() => set([...options, `Option ${options.length + 1}`])}
          >
            Add option
          </Button>
        )}
      </Stack>
    </fieldset>
  );
}

export function Wrong({ children }: { children: ReactNode }) {
  return <p className="hw-wrong">{children}</p>;
}
