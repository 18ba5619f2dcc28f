/** How requests, answers and topics are written for people. */

import type { Topic } from "../../api/types";
import { read, written } from "../../words/exact";

/** JSON on several lines, its numbers as they are written; what is no JSON stays as it is. */
export function pretty(body: string | null | undefined): string {
  if (!body) return "";
  try {
    return written(read(body), 2);
  } catch {
    return body;
  }
}

export function headerLines(headers: Record<string, string> | null | undefined): string {
  return Object.entries(headers ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

export const TOPICS: { value: Topic; label: string; meaning: string }[] = [
  { value: "content.view", label: "Content Views", meaning: "A person saw content." },
  { value: "content.interaction", label: "Content Interactions", meaning: "A person clicked in content." },
  { value: "form.submission", label: "Form Submissions", meaning: "A person answered a form." },
  { value: "experiment.impression", label: "Experiment Impressions", meaning: "A person saw a variant." },
];

export const topicNames = (topics: readonly string[]): string =>
  topics.map((topic) => TOPICS.find(({ value }) => value === topic)?.label ?? topic).join(", ");

/** One entry a line or comma, without blanks; null when there is none. */
export function list(text: string): string[] | null {
  const entries = text
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter(Boolean);
  return entries.length > 0 ? entries : null;
}

export function latency(milliseconds: number | null): string {
  if (milliseconds === null) return "–";
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A status that was answered, as such; of anything else the class of the fault. */
export const errorName = (code: string): string => (/^\d{3}$/.test(code) ? `Answered ${code}` : code);
