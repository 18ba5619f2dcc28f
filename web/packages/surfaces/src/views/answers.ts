/** What stands in the fields of a form: whether it will do, and what it says. */

import type { Block } from "../model";
import type { Answer } from "./scene";
import { kindOf } from "./field";
import { missing } from "./words";

type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** The inputs of a field in their order; several of a choice or a scale. */
export function inputsOf(form: HTMLFormElement, field: Block): Input[] {
  return [...form.elements].filter((each): each is Input => (each as Input).name === field.id);
}

/** What is wrong, in the browser's own words where it has some; empty when nothing is. */
export function faultOf({ props }: Block, inputs: Input[]): string {
  const isRequired = props.required === true;
  if (isRequired && props.multiple === true && kindOf(props) === "choice") {
    return inputs.some(isChecked) ? "" : missing("radio");
  }
  const faulty = inputs.find(({ validity }) => !validity.valid);
  if (faulty) return faulty.validationMessage || missing("text");
  return isRequired && inputs.length === 1 && !inputs[0]!.value.trim() ? missing("text") : "";
}

/** Undefined when nothing was answered. */
export function answerOf(field: Block, inputs: Input[]): Answer | undefined {
  const kind = kindOf(field.props);
  const [first] = inputs;
  if (!first) return undefined;
  if (kind === "checkbox") return { field, value: String(isChecked(first)), trait: isChecked(first) };
  const chosen = inputs.filter((each) => each.type !== "radio" && each.type !== "checkbox" ? true : isChecked(each));
  const values = chosen.map(({ value }) => value.trim()).filter(Boolean);
  if (kind === "choice" && field.props.multiple === true) {
    return values.length ? { field, value: values, trait: values } : undefined;
  }
  const [value] = values;
  if (!value) return undefined;
  const number = Number(value);
  const isNumber = (kind === "number" || kind === "scale") && Number.isFinite(number);
  return isNumber ? { field, value: decimal(value), trait: number } : { field, value, trait: value };
}

/** As it was typed, but in digits: browsers take `1e3` and `.5`, too. */
export function decimal(typed: string): string {
  if (/^-?\d+(\.\d+)?$/.test(typed)) return typed;
  return Number(typed).toLocaleString("en", { useGrouping: false, maximumSignificantDigits: 21 });
}

function isChecked(input: Input): boolean {
  return (input as HTMLInputElement).checked;
}
