/** @jsxImportSource preact */
/** A form: asks, says in words what is missing, and thanks. */

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { walk } from "../model";
import { answerOf, faultOf, inputsOf } from "./answers";
import { submits } from "./actions";
import type { Answer } from "./scene";
import { string, unmarked } from "./text";
import { Blocks, type Given } from "./view";

export function FormView({ block, scene, children }: Given): VNode {
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [isSent, setSent] = useState(() => scene.isAnswered(block));
  const all = [...walk(block.blocks ?? [])];

  const onSubmit = (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const found: Record<string, string> = {};
    const answers: Answer[] = [];
    let first: HTMLElement | undefined;
    for (const field of all.filter(({ type }) => type === "field")) {
      const inputs = inputsOf(form, field);
      const fault = faultOf(field, inputs);
      if (fault) found[field.id] = fault;
      if (fault) first = first ?? inputs[0];
      const answer = answerOf(field, inputs);
      if (answer) answers.push(answer);
    }
    setFaults(found);
    if (first) return first.focus();
    scene.submit(block, answers, event);
    setSent(true);
    const around = form.parentElement;
    window.setTimeout(() => around?.querySelector<HTMLElement>(".hw-thanks")?.focus(), 0);
  };

  if (isSent) {
    return (
      <div className="hw-form">
        <p className="hw-text hw-thanks" role="status" tabIndex={-1}>
          {block.props.successText === undefined ? "Thank you." : unmarked(block, "successText", scene)}
        </p>
      </div>
    );
  }
  return (
    <div className="hw-form">
      <form className="hw-fields" noValidate aria-label={string(block.props.name)} onSubmit={onSubmit}>
        {children ?? <Blocks blocks={block.blocks} scene={{ ...scene, faults }} />}
        {all.some(submits) ? null : (
          <button type="submit" className="hw-button hw-style-primary">
            {block.props.submitText === undefined ? "Send" : unmarked(block, "submitText", scene)}
          </button>
        )}
      </form>
    </div>
  );
}
