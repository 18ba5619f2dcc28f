/** What is told of content, exactly: its views, what is done with it, and the answers that it brings. */

import type { Said } from "@headwater/core";
import { actionsOf } from "../views/actions";
import type { Action, Block, Experience } from "../model";
import type { Answer } from "../views/scene";

/** Of every interaction: which content of the product's kinds it is. */
const CATEGORY = "Native";
/** Answers are the person's own words: their event says nothing of the page. */
const ANSWERED = { library: { name: "API", version: "latest" }, source: "UserGenerated" };
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export interface Told extends Pick<Experience, "name" | "versionId" | "segmentId" | "slug" | "contentId" | "documentId"> {
  /** Empty when it was not shown by a placement. */
  placementId: string;
}

export interface Handler {
  type: string;
  name?: string;
}

export function view({ versionId, segmentId, slug, contentId, documentId, placementId }: Told): Said {
  const properties = { versionId, segmentId, slug, contentId, documentId, placementId: placementId || undefined };
  return { type: "Screen", screenName: "candu.sdk.content", properties };
}

export function interaction(told: Told, block: Block, label: string): Said {
  const properties = {
    eventName: label,
    ...ids(told),
    category: CATEGORY,
    trigger: "OnClick",
    handler: handlerOf(block),
    nodeId: block.id,
    nodeType: block.type,
  };
  return { type: "Track", eventName: "candu.sdk.content.interaction", properties };
}

export function dismissal(told: Told, trigger: string): Said {
  return { type: "Track", eventName: "candu.sdk.content.dismiss", properties: { slug: told.slug, ...ids(told), trigger } };
}

export function answered(told: Told, form: Block, answers: Answer[]): Said {
  const formName = `${told.name} - ${text(form.props.name) || "Form"}`;
  const properties: Record<string, unknown> = { formName, formId: text(form.props.formId), formResponseId: responseId() };
  for (const { field, value } of answers) properties[`${formName}_${text(field.props.label)}`] = value;
  return { type: "FormSubmission", eventName: `${formName}_responded`, properties, context: ANSWERED };
}

/** The traits that a form's answers become; undefined when there are none. */
export function traitsOf(answers: Answer[]): Record<string, unknown> | undefined {
  const kept = answers.filter(({ field }) => text(field.props.trait));
  return kept.length ? Object.fromEntries(kept.map(({ field, trait }) => [text(field.props.trait), trait])) : undefined;
}

/** The label under which what is done with a block is told; the server has filled it in. */
export function labelOf(told: Told, block: Block): string {
  return text(block.props.label) || `${told.name} - ${text(block.props.text) || block.type} clicked`;
}

/** What the block does: the first of its actions. */
export function handlerOf(block: Block): Handler {
  if (block.type === "component") return { type: "component", name: text(block.props.name) };
  const action: Action | undefined = actionsOf(block)[0];
  if (!action) return { type: "url" };
  return action.type === "callback" ? { type: "callback", name: action.name } : { type: action.type };
}

function ids({ versionId, segmentId, contentId, documentId, placementId }: Told) {
  return { versionId, segmentId, id: documentId, contentId, documentId, placementId: placementId || undefined };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function responseId(): string {
  return Array.from({ length: 10 }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join("");
}
