/** @jsxImportSource preact */
/** A form: asks, says in words what is missing, and thanks. */

import { Component, type VNode } from "preact";
import { walk } from "../model";
import { answerOf, faultOf, inputsOf } from "./answers";
import { submits } from "./actions";
import type { Answer } from "./scene";
import { string, unmarked } from "./text";
import { Blocks, type Given } from "./view";

interface State {
  /** Once it was tried to send it. */
  faults?: Record<string, string>;
  isSent: boolean;
}

export class FormView extends Component<Given, State> {
  constructor(given: Given) {
    super(given);
    this.state = { isSent: given.scene.isAnswered(given.block) };
  }

  override render(): VNode {
    return drawn(this.props, this.state, (changes) => this.setState(changes));
  }
}

function drawn({ block, scene, children }: Given, { faults, isSent }: State, set: (changes: Partial<State>) => void): VNode {
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
    set({ faults: found });
    if (first) return first.focus();
    scene.submit(block, answers, event);
    set({ isSent: true });
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
        {children ?? <Blocks blocks={block.blocks} scene={faults ? { ...scene, faults } : scene} />}
        {all.some(submits) ? null : (
          <button type="submit" className="hw-button hw-style-primary">
            {block.props.submitText === undefined ? "Send" : unmarked(block, "submitText", scene)}
          </button>
        )}
      </form>
    </div>
  );
}
