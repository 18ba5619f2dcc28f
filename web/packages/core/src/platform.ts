import type { RendererModule } from "./stage";

/** What the core needs of the place it runs in. None of these throws. */

/** Text under keys that outlives the page, if the place has such a thing. */
export interface Store {
  get(key: string): string | null;
  /** False: it was not kept. */
  set(key: string, text: string): boolean;
  remove(key: string): void;
  keys(): string[];
}

/** What came of a request. `status` 0: no answer came. */
export interface Answer {
  status: number;
  /** How long the server wants us to wait. */
  retryAfterS?: number;
  /** The answer as JSON; undefined when it was none. */
  body?: unknown;
}

export interface Platform {
  store: Store;
  storage: "localStorage" | "cookie" | "memory";
  sdk: { name: string; version: string };
  now(): number;
  /** From 0 up to 1, without 1. */
  random(): number;
  /** A random UUID (version 4). */
  uuid(): string;
  later(action: () => void, delayMs: number): unknown;
  cancel(timer: unknown): void;
  post(url: string, body: string): Promise<Answer>;
  get(url: string): Promise<Answer>;
  /** Hands over a last request as the page ends; true when it will be sent. */
  beacon(url: string, body: string): boolean;
  /** The page's, without the fragment unless it is a route. */
  address(): string;
  /** The code by which an author looks at this page; null for everybody else. */
  author: string | null;
  /** Loads a renderer from this folder: the authors' one for an author. */
  load(folder: string): Promise<RendererModule>;
  /** Holds ready what this page will need for what it shows, as far as is known. May throw. */
  ready(): void;
  /** What is true of the page and the browser at this moment. */
  context(): Record<string, unknown>;
  /** The name of the page as it is shown. */
  title(): string;
  /** Tells the page, by an event of this name. */
  tell(name: string, detail: unknown): void;
  /** Tells whoever looks at the console. */
  warn(sentence: string): void;
}
