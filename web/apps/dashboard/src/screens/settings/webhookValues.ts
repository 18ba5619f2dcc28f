/** Between a webhook as the API has it and the fields of its form. */

import type { WebhookGiven } from "../../api/sending";
import type { Filters, Topic, Webhook } from "../../api/types";
import { list, TOPICS } from "../sending/words";

export const INBOX = "headwater:inbox";

/** `contents` and `names` are written one a line; `others` are the filters that the form has no field for. */
export type Values = Omit<WebhookGiven, "filters"> & { contents: string; names: string; others: Filters };
export type Problems = Partial<Record<"url" | "name" | "topics", string>>;

export const FIRST: Values = {
  name: "",
  url: "",
  format: "default",
  topics: ["content.view", "content.interaction", "form.submission"],
  enabled: true,
  contents: "",
  names: "",
  others: {},
};

export function valuesOf({ name, url, format, topics, enabled, filters }: Webhook): Values {
  const { contentIds, eventNames, ...others } = filters;
  const [contents, names] = [contentIds, eventNames].map((each) => (each ?? []).join("\n")) as [string, string];
  return { name, url, format, topics: inOrder(topics), enabled, contents, names, others };
}

/** As the form lists them, whichever was ticked first. */
export const inOrder = (topics: readonly string[]): Topic[] =>
  TOPICS.map(({ value }) => value).filter((topic) => topics.includes(topic));

export function problemsOf({ url, name, topics, names }: Values): Problems {
  const found: Problems = {};
  if (url.trim() !== INBOX && !/^https?:\/\/[^\s/]/i.test(url.trim()))
    found.url = "Give the full address, beginning with https:// or http://.";
  if (name.trim() === "") found.name = "Give the webhook a name.";
  if (topics.length === 0 && !list(names)) found.topics = "Choose a topic, or name events below.";
  return found;
}

/** The call's part of `fields`. The filters go together, so that one that was changed brings the other along. */
export function givenOf(fields: Partial<Values>, all: Values): Partial<WebhookGiven> {
  const { contents, names, others: _, ...plain } = fields;
  const given: Partial<WebhookGiven> = { ...plain };
  if (plain.name !== undefined) given.name = plain.name.trim();
  if (plain.url !== undefined) given.url = plain.url.trim();
  if (contents !== undefined || names !== undefined)
    given.filters = { ...all.others, contentIds: list(all.contents), eventNames: list(all.names) };
  return given;
}
