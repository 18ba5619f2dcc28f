/** The form fields of a catalogue entry's settings: one field per setting, by its type. */

import { Checkbox, NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import type { SettingSpec, SettingValue } from "../../api/types";

type Values = Record<string, SettingValue>;

/** Stands in for a secret that the server keeps; sent back, it keeps it. */
export const MASK = "********";

export function firstValues(specs: SettingSpec[]): Values {
  return Object.fromEntries(specs.map((spec) => [spec.name, spec.default ?? (spec.type === "boolean" ? false : "")]));
}

/** What is missing or no number, by the setting's name. */
export function settingProblems(specs: SettingSpec[], values: Values): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const spec of specs) {
    const value = values[spec.name];
    if (spec.required && (value === "" || value === null || value === undefined)) {
      problems[spec.name] = `${spec.label} is needed.`;
    } else if (isNumeric(spec) && value !== "" && !fits(spec, value)) {
      problems[spec.name] = `${spec.label} has to be ${spec.type === "integer" ? "a whole number" : "a number"}.`;
    }
  }
  return problems;
}

const isNumeric = (spec: SettingSpec) => spec.type === "integer" || spec.type === "number";

function fits(spec: SettingSpec, value: SettingValue | undefined): boolean {
  return spec.type === "integer" ? Number.isInteger(value) : typeof value === "number";
}

type FieldsProps = {
  specs: SettingSpec[];
  values: Values;
  problems: Record<string, string>;
  onChange: (name: string, value: SettingValue) => void;
};

export function SettingFields({ specs, values, problems, onChange }: FieldsProps) {
  return specs.map((spec) => (
    <Field
      key={spec.name}
      spec={spec}
      value={values[spec.name] ?? ""}
      problem={problems[spec.name]}
      onChange={(value) => onChange(spec.name, value)}
    />
  ));
}

type FieldProps = { spec: SettingSpec; value: SettingValue; problem?: string; onChange: (value: SettingValue) => void };

function Field({ spec, value, problem, onChange }: FieldProps) {
  const common = {
    name: spec.name,
    label: spec.label,
    description: spec.description,
    required: spec.required,
    error: problem,
  };
  if (spec.type === "boolean") {
    return (
      <Checkbox
        name={spec.name}
        label={spec.label}
        description={spec.description}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (spec.choices && spec.choices.length > 0) {
    return (
      <NativeSelect
        {...common}
        data={spec.required ? spec.choices : ["", ...spec.choices]}
        value={String(value ?? "")}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  const Input = spec.secret ? PasswordInput : TextInput;
  const shown = spec.secret ? { visibilityToggleButtonProps: { "aria-label": `Show or hide ${spec.label}` } } : {};
  const isKept = spec.secret && value === MASK;
  return (
    <Input
      {...common}
      {...shown}
      value={isKept ? "" : String(value ?? "")}
      placeholder={isKept ? "Kept. Type to change it." : undefined}
      inputMode={isNumeric(spec) ? "decimal" : undefined}
      autoComplete="off"
      onChange={(event) =>
        onChange(isNumeric(spec) ? numberOrText(event.currentTarget.value) : event.currentTarget.value)
      }
    />
  );
}

/** A number once the text is one; until then the text, so that "-" and "1." can be typed. */
function numberOrText(text: string): number | string {
  const isNumber = /^-?\d+(\.\d*[1-9])?$/.test(text);
  return isNumber ? Number(text) : text;
}
