/** Between a webhook as the API has it and the fields of its form. */

import type { WebhookGiven } from "../../api/sending";
import type { Filters, Topic, Webhook } from "../../api/types";
import { MASK } from "../catalog/SettingFields";
import { type Terms, termsGiven, termsOf, termsProblems, USUAL } from "../sending/terms";
import { list, TOPICS } from "../sending/words";

export const INBOX = "headwater:inbox";

type Plain = Pick<WebhookGiven, "name" | "url" | "format" | "topics" | "enabled">;
/**
 * `contents` and `names` are written one a line; `others` are the filters that the form has no field for. `shared` is
 * the secret that a receiver checks, masked as the server has it; empty: none.
 */
export type Values = Plain & Terms & { contents: string; names: string; others: Filters; shared: string };
export type Problems = Partial<Record<"url" | "name" | "topics" | "waits" | "pace", string>>;

export { MASK };

export const FIRST: Values = {
  name: "",
  url: "",
  format: "default",
  topics: ["content.view", "content.interaction", "form.submission"],
  enabled: true,
  contents: "",
  names: "",
  others: {},
  shared: "",
  ...USUAL,
};

export function valuesOf(webhook: Webhook): Values {
  const { name, url, format, topics, enabled, filters, sharedSecret } = webhook;
  const { contentIds, eventNames, ...others } = filters;
  const [contents, names] = [contentIds, eventNames].map((each) => (each ?? []).join("\n")) as [string, string];
  const plain = { name, url, format, topics: inOrder(topics), enabled, shared: sharedSecret ?? "" };
  return { ...plain, contents, names, others, ...termsOf(webhook) };
}

/** As the form lists them, whichever was ticked first. */
export const inOrder = (topics: readonly string[]): Topic[] =>
  TOPICS.map(({ value }) => value).filter((topic) => topics.includes(topic));

export function problemsOf(values: Values): Problems {
  const { url, name, topics, names } = values;
  const found: Problems = {};
  if (url.trim() !== INBOX && !/^https?:\/\/[^\s/]/i.test(url.trim()))
    found.url = "Give the full address, beginning with https:// or http://.";
  if (name.trim() === "") found.name = "Give the webhook a name.";
  if (topics.length === 0 && !list(names)) found.topics = "Choose a topic, or name events below.";
  return { ...found, ...termsProblems(values) };
}

/** The call's part of `fields`. The filters go together, so that one that was changed brings the other along. */
export function givenOf(fields: Partial<Values>, all: Values): Partial<WebhookGiven> {
  const { contents, names, others: _, shared, retries, waits, pace, isOrdered, ...plain } = fields;
  const given: Partial<WebhookGiven> = { ...plain, ...termsGiven({ ...some({ retries, waits, pace, isOrdered }) }, all) };
  if (shared !== undefined && (shared !== "" || all !== fields)) given.sharedSecret = shared;
  if (plain.name !== undefined) given.name = plain.name.trim();
  if (plain.url !== undefined) given.url = plain.url.trim();
  if (contents !== undefined || names !== undefined)
    given.filters = { ...all.others, contentIds: list(all.contents), eventNames: list(all.names) };
  return given;
}

/** Without the fields that are not there. */
const some = (fields: Partial<Terms>): Partial<Terms> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Terms>;
