/** @jsxImportSource preact */
/** One content as it is shown in one place: what is told of it, and what a click in it does. */

import type { Said, Stage } from "@headwater/core";
import { type Drawn, prepare } from "../place/draw";
import type { Action, Block, Experience, Tree } from "../model";
import { walk } from "../model";
import { type Look, member, ofAddress } from "../variables";
import type { Style } from "../style";
import { actionsOf, linkOf, submits } from "../views/actions";
import type { Scene } from "../views/scene";
import { wordsOf } from "../views/words";
import { type Holder, HostComponent } from "./component";
import type { Memory } from "./memory";
import { type Sight, whenSeen } from "./seen";
import { answered, dismissal, handlerOf, interaction, labelOf, type Told, traitsOf, view } from "./tell";

/** What a content that is shown needs of all others. */
export interface Surroundings {
  stage: Stage;
  memory(): Memory;
  /** Shows another content. */
  show(slug: string): void;
  /** It was dismissed: it goes. */
  dismissed(contentId: string): void;
  /** True the first time that this version is seen in this view of the page. */
  isNews(versionId: string): boolean;
}

export interface Showing extends Drawn {
  /** Draws it again, as the person has changed. */
  redraw(): void;
  /** The page is viewed anew, and it with it. */
  again(): void;
  /** It stands in its place: once all of it is drawn it shows, and from then on it may be seen. */
  begin(shows: () => void): void;
}

export function show(experience: Experience, placementId: string, tree: Tree, around: Surroundings): Showing {
  const { stage } = around;
  const told: Told = { ...experience, placementId };
  let sight: Sight | undefined;
  const say = (said: Said) => stage.say(said);

  const dismiss = (trigger: string) => {
    say(dismissal(told, trigger));
    around.memory().dismiss(told.contentId);
    around.dismissed(told.contentId);
  };
  const warn = (sentence: string) => stage.platform.warn(sentence);
  const drawn = prepare(tree, told, (stage.bootstrap as { style?: Style }).style, dismiss, warn);
  const current = lookOf(stage);
  /** What the content says of the person, as it says it now. */
  const said = new Map<string, [scope: string, name: string, value: unknown]>();
  const look: Look = (scope, name) => {
    const value = current(scope, name);
    said.set(`${scope}.${name}`, [scope, name, value]);
    return value;
  };
  let begun: () => void;
  const shown = new Promise<void>((done) => (begun = done));

  const interact = (block: Block, label?: string) => say(interaction(told, block, label ?? labelOf(told, block)));
  const holder: Holder = {
    host: drawn.host,
    look,
    get components() {
      return stage.options.components;
    },
    interact,
    warn,
    later: (action) => void shown.then(() => setTimeout(action)),
  };

  const run = (block: Block, actions: Action[], event: Event) => {
    for (const action of actions) {
      if (action.type === "callback") stage.call(action.name, event, nodeOf(block), { category: "Native", eventName: labelOf(told, block), handler: { ...handlerOf(block), name: action.name }, trigger: "OnClick" });
      else if (action.type === "track") stage.sdk.track(action.event);
      else if (action.type === "content") around.show(action.slug);
      else if (action.type === "dismiss") dismiss("OnClick");
    }
  };
  const scene: Scene = {
    look,
    words: wordsOf(document.documentElement.lang || navigator.language || "en"),
    act(block, event) {
      interact(block);
      run(block, actionsOf(block), event);
    },
    submit(form, answers, event) {
      say(answered(told, form, answers));
      const traits = traitsOf(answers);
      if (traits) stage.sdk.identify(undefined, traits);
      if (form.props.once !== false) around.memory().answer(keyOf(form));
      const button = buttonOf(form, event);
      if (!button) return;
      run(button, actionsOf(button), event);
      follow(button, look);
    },
    isAnswered: (form) => form.props.once !== false && around.memory().hasAnswered(keyOf(form)),
    component: (block) => <HostComponent key={block.id} block={block} holder={holder} />,
  };

  drawn.draw(scene);
  return {
    ...drawn,
    redraw() {
      const isNew = [...said.values()].some(([scope, name, value]) => current(scope, name) !== value);
      if (isNew) drawn.draw({ ...scene });
    },
    again: () => sight?.again(),
    begin(shows) {
      drawn.open(() => {
        shows();
        begun();
        sight = sight ?? whenSeen(drawn.body, () => {
          around.memory().see(told.contentId);
          if (around.isNews(told.versionId)) say(view(told));
        });
      });
    },
    remove() {
      sight?.stop();
      drawn.remove();
    },
  };
}

/** Values of this page come first, then what it says of the person, then what the server knows. */
function lookOf(stage: Stage): Look {
  return (scope, name) => {
    if (scope === "url") return ofAddress(window.location.href, name);
    if (scope !== "user" && scope !== "account") return undefined;
    const { variables, traits, groupTraits, userId, groupId } = stage.options;
    const server = (stage.bootstrap as { variables?: Record<string, unknown> }).variables;
    const isUser = scope === "user";
    const own = member(variables?.[scope], name) ?? (isUser ? member(variables, name) : undefined);
    const known = member(isUser ? traits : groupTraits, name) ?? member(server?.[scope], name);
    return own ?? known ?? (name === "id" ? (isUser ? userId : groupId) : undefined);
  };
}

/** Which button sent the form; Enter in a field presses the first. */
function buttonOf(form: Block, event: Event): Block | undefined {
  const { submitter } = event as SubmitEvent;
  const buttons = [...walk(form.blocks ?? [])].filter(submits);
  return buttons.find(({ id }) => id === (submitter as HTMLButtonElement | null)?.value) ?? buttons[0];
}

/** What a link would have done by itself. */
function follow(block: Block, look: Look) {
  const link = linkOf(block, look);
  if (!link) return;
  if (link.target) window.open(link.href, "_blank", "noopener");
  else window.location.assign(link.href);
}

function nodeOf({ type, blocks, props }: Block) {
  return { type, nodes: (blocks ?? []).map(({ id }) => id), props };
}

function keyOf(form: Block): string {
  return String(form.props.formId ?? form.id);
}
