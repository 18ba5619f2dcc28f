/** @jsxImportSource preact */
/** A question of a form: its label, its hint, what is wrong with the answer, and the browser's own inputs. */

import type { ComponentChildren, VNode } from "preact";
import type { Props } from "../model";
import { string, unmarked } from "./text";
import type { Given } from "./view";

const FEW = 5;
const MOST_STEPS = 21;
const KINDS = ["text", "area", "choice", "checkbox", "email", "number", "scale"] as const;

export function kindOf({ kind }: Props): (typeof KINDS)[number] {
  return KINDS.find((each) => each === kind) ?? "text";
}

/** What a question is made of, whatever its kind. */
interface Asked {
  id: string;
  props: Props;
  label: ComponentChildren;
  /** Hint and fault. */
  notes: ComponentChildren;
  /** For the inputs. */
  shared: {
    name: string;
    required: boolean;
    "aria-describedby": string | undefined;
  };
  isFaulty: boolean;
}

export function FieldView(given: Given): VNode {
  const asked = askedOf(given);
  const kind = kindOf(asked.props);
  const options = optionsOf(asked.props);
  if (kind === "scale") return <Scale {...asked} />;
  if (kind === "checkbox") return <Checkbox {...asked} />;
  if (kind === "choice" && (asked.props.multiple === true || options.length <= FEW)) return <Choice {...asked} />;
  return <Line {...asked} />;
}

function askedOf({ block: { id, props }, block, scene }: Given): Asked {
  const fault = scene.faults?.[id];
  const isRequired = props.required === true;
  const hint = string(props.hint);
  const [hintId, faultId] = [`hw-${id}-hint`, `hw-${id}-fault`];
  return {
    id: `hw-${id}`,
    props,
    label: <>{unmarked(block, "label", scene)}{isRequired ? <span aria-hidden="true"> *</span> : null}</>,
    notes: (
      <>
        {hint ? <span className="hw-hint" id={hintId}>{unmarked(block, "hint", scene)}</span> : null}
        {fault ? <span className="hw-fault" id={faultId} role="alert">{fault}</span> : null}
      </>
    ),
    shared: {
      name: id,
      required: isRequired,
      "aria-describedby": [hint && hintId, fault && faultId].filter(Boolean).join(" ") || undefined,
    },
    isFaulty: !!fault,
  };
}

/** One line, several lines, or a list to choose from. */
function Line({ id, props, label, notes, shared, isFaulty }: Asked): VNode {
  const kind = kindOf(props);
  const given = { ...shared, id, className: "hw-input", "aria-invalid": isFaulty || undefined };
  return (
    <div className="hw-field">
      <label className="hw-label" htmlFor={id}>{label}</label>
      {notes}
      {kind === "area" ? <textarea {...given} rows={4} /> : null}
      {kind === "choice" ? (
        <select {...given}>
          <option value="" />
          {optionsOf(props).map((each) => <option key={each} value={each}>{each}</option>)}
        </select>
      ) : null}
      {kind === "text" ? <input {...given} type="text" /> : null}
      {kind === "email" ? <input {...given} type="email" autoComplete="email" /> : null}
      {kind === "number" ? <input {...given} type="number" step="any" min={limit(props.min)} max={limit(props.max)} /> : null}
    </div>
  );
}

function Checkbox({ id, label, notes, shared, isFaulty }: Asked): VNode {
  return (
    <div className="hw-field">
      <label className="hw-option">
        <input {...shared} id={id} type="checkbox" aria-invalid={isFaulty || undefined} />
        <span>{label}</span>
      </label>
      {notes}
    </div>
  );
}

function Choice({ id, props, label, notes, shared, isFaulty }: Asked): VNode {
  const isMultiple = props.multiple === true;
  const { "aria-describedby": describedBy, ...input } = shared;
  const inputs = optionsOf(props).map((each) => (
    <label className="hw-option" key={each}>
      {isMultiple ? (
        <input name={input.name} type="checkbox" value={each} aria-invalid={isFaulty || undefined} />
      ) : (
        <input {...input} type="radio" value={each} />
      )}
      <span>{each}</span>
    </label>
  ));
  const group = isMultiple ? {} : { role: "radiogroup" as const, "aria-invalid": isFaulty || undefined, "aria-required": input.required };
  return (
    <fieldset className="hw-field" {...group} aria-labelledby={`${id}-label`} aria-describedby={describedBy}>
      <legend className="hw-label" id={`${id}-label`}>{label}</legend>
      {notes}
      {inputs}
    </fieldset>
  );
}

function Scale({ id, props, label, notes, shared, isFaulty }: Asked): VNode {
  const [min, max] = [Math.floor(limit(props.min) ?? 0), Math.floor(limit(props.max) ?? 10)];
  const steps = Array.from({ length: Math.max(0, Math.min(max - min + 1, MOST_STEPS)) }, (_, index) => min + index);
  const { "aria-describedby": describedBy, ...input } = shared;
  return (
    <fieldset
      className="hw-field"
      role="radiogroup"
      aria-labelledby={`${id}-label`}
      aria-describedby={[describedBy, `${id}-ends`].filter(Boolean).join(" ")}
      aria-invalid={isFaulty || undefined}
      aria-required={input.required}
    >
      <legend className="hw-label" id={`${id}-label`}>{label}</legend>
      {notes}
      <div className="hw-scale">
        {steps.map((step) => (
          <label className="hw-step" key={step}>
            <input {...input} type="radio" value={String(step)} />
            <span>{step}</span>
          </label>
        ))}
      </div>
      <div className="hw-ends" id={`${id}-ends`}>
        <span>{string(props.minText)}</span>
        <span>{string(props.maxText)}</span>
      </div>
    </fieldset>
  );
}

function optionsOf({ options }: Props): string[] {
  return Array.isArray(options) ? [...new Set(options.map(String))] : [];
}

function limit(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
