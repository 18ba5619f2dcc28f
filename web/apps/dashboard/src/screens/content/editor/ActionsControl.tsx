/** What a click does, one thing after the other. */

import { Button, NativeSelect, Stack } from "@mantine/core";
import { type ReactNode, useRef } from "react";
import { PlusIcon, TrashIcon } from "../../../shell/icons";
import { Control, Wrong } from "./Controls";
import { UpIcon } from "./icons";
import { type Action, ACTION_TYPES, type Props } from "./model";
import { Tool } from "./Tool";

type Given = {
  actions: readonly Action[];
  title: string;
  variables: readonly string[];
  readOnly: boolean;
  error: ReactNode;
  inForm: boolean;
  onChange: (actions: Action[]) => void;
};

export function ActionsControl({ actions, title, variables, readOnly, error, inForm, onChange }: Given) {
  const whole = useRef<HTMLFieldSetElement>(null);
  const types = Object.entries(ACTION_TYPES).filter(([, { ofForm }]) => inForm || !ofForm);
  return (
    <fieldset className="hw-set" ref={whole}>
      <legend>{title}</legend>
      <Stack gap="xs">
        {actions.map((action, index) => (
          <div key={index} className="hw-action" role="group" aria-label={`Action ${index + 1}`}>
            <div className="hw-action-head">
              <NativeSelect
                size="sm"
                aria-label={`Action ${index + 1}: what it does`}
                disabled={readOnly}
                value={action.type}
                data={types.map(([value, spec]) => ({ value, label: spec.title }))}
                onChange={(event) => {
                  const type = event.currentTarget.value as Action["type"];
                  onChange(inOrder(actions.with(index, ACTION_TYPES[type].fresh())));
                }}
              />
              <Tool
                label={`Move action ${index + 1} up`}
                isOff={index === 0 || readOnly}
                onPress={() => onChange(inOrder(actions.toSpliced(index, 1).toSpliced(index - 1, 0, action)))}
              >
                <UpIcon size={15} />
              </Tool>
              <Tool
                label={`Remove action ${index + 1}`}
                isOff={readOnly}
                onPress={() => {
                  onChange(actions.toSpliced(index, 1));
                  whole.current?.querySelector<HTMLElement>("[data-adder]")?.focus();
                }}
              >
                <TrashIcon size={15} />
              </Tool>
            </div>
            {ACTION_TYPES[action.type].fields.map((field) => (
              <Control
                key={field.name}
                field={field}
                props={action as unknown as Props}
                variables={variables}
                readOnly={readOnly}
                onChange={(part) => onChange(actions.with(index, changed(action, part)))}
              />
            ))}
          </div>
        ))}
        {error && <Wrong>{error}</Wrong>}
        {!readOnly && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<PlusIcon size={14} />}
            style={{ alignSelf: "start" }}
            data-adder
            onClick={() => onChange([...actions, ACTION_TYPES.url.fresh()])}
          >
            Add action
          </Button>
        )}
      </Stack>
    </fieldset>
  );
}

function changed(action: Action, part: Props): Action {
  const entries = Object.entries({ ...action, ...part }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Action;
}

/** A form is sent before anything else is done. */
const inOrder = (actions: readonly Action[]): Action[] => [
  ...actions.filter(({ type }) => type === "submit"),
  ...actions.filter(({ type }) => type !== "submit"),
];
