/** Everything of the SDK that a page can name. The reference page is made from this file. */

/** Values that JSON can hold. What it cannot (functions, `undefined`) is left out. */
export type Traits = Record<string, unknown>;
export type Properties = Record<string, unknown>;

/** The id of a user: a string or a number, which is sent as its text. */
export type UserId = string | number;

/** What a callback is told of the content that it was called from. */
export interface ContentNode {
  type: string;
  nodes: string[];
  props: Record<string, unknown>;
}

/** What a callback is told of the action that called it. */
export interface ContentAction {
  category: string;
  eventName: string;
  handler: { name: string; type: string };
  trigger: string;
}

/** A function of the page that content may call by its name. */
export type Callback = (event: unknown, node: ContentNode, action: ContentAction) => void;

declare global {
  // Where there is no page, there is the name at least.
  interface HTMLElement {}
}

/** How the page's own component is told of what happens in it. */
export interface ComponentTools {
  /** Says that the user did something with the component; by default under the block's own label. */
  interact(label?: string): void;
}

/** What the page gives back for a component that it has drawn. */
export interface Mounted {
  /** Its props have changed. */
  update?(props: Record<string, unknown>): void;
  /** It is taken away. */
  unmount?(): void;
}

/** Draws a component of the page into an element that content holds ready for it. */
export type Mount = (element: HTMLElement, props: Record<string, unknown>, tools: ComponentTools) => Mounted | void;

export interface Options {
  /** The workspace's client token, from Settings > Workspaces > Access Keys. It is public. */
  clientToken: string;
  /** Where headwater is, as `https://headwater.example.com`. By default where the script came from; of a bundled SDK, the page's own origin. */
  host?: string;
  /** Who the user is: an id of your database, or an e-mail address. Without it the user is anonymous. */
  userId?: UserId | null;
  /** What segments and content can ask about the user. `email` is reserved: a string, written in lower case. */
  traits?: Traits;
  /** The signature of `userId`, if the workspace wants identities signed: hex HMAC-SHA256, made by your server. */
  hmac?: string;
  /** The account, team or company that the user belongs to. */
  groupId?: UserId | null;
  /** What segments and content can ask about the group. */
  groupTraits?: Traits;
  /** Values that content in the page can show. They stay in the page: they are never sent and never stored. */
  variables?: Record<string, unknown>;
  /** Functions that content in the page can call, by name. */
  callbacks?: Record<string, Callback>;
  /** Components of the page's own that content can hold, by the names of the workspace's list. */
  components?: Record<string, Mount>;
  /** Send a page call now and at every change of route in a single-page application. Off by default. */
  pages?: boolean;
}

/** What the SDK was started with: to look at in the browser's console. */
export interface ProviderProps extends Options {
  /** Where headwater is. */
  host: string;
  /** The id of this browser, the same until `reset` or until its storage is emptied. */
  anonymousId: string;
  /** Where the anonymous id and the waiting events are kept. `memory`: the browser lets nothing be kept. */
  storage: "localStorage" | "cookie" | "memory";
  /** What runs. */
  sdk: { name: string; version: string };
}

export interface Headwater {
  /** Starts the SDK, or tells it that the user has changed. With `userId` or `traits` it identifies the user. */
  init(options: Options): void;
  /** Says who the user is, and what is known of them. Without an id the traits go to the user as known so far. The third argument is the id's signature. */
  identify(userId?: UserId | null, traits?: Traits, hmac?: string | { hmac?: string; hash?: string }): void;
  /** Says what the user did. */
  track(eventName: string, properties?: Properties): void;
  /** Says which page the user is on; by default named by the document's title. The promise ends when sending was tried. */
  page(pageName?: string | null, properties?: Properties): Promise<void>;
  /** Says which screen, or which piece of content, the user sees. */
  screen(screenName: string, properties?: Properties): void;
  /** Says which account, team or company the user belongs to, and what is known of it. */
  group(groupId: UserId, traits?: Traits): void;
  /** Forgets the user and starts with a new anonymous id, as after a logout. */
  reset(): void;
  /** Sends what waits. The promise ends when it was tried; what could not be sent is kept and sent later. */
  flush(): Promise<void>;
  /** Shows a content by its slug, if it is for this user: one that waits for this call, or any other. */
  showContent(slug: string): void;
  /** The ids of the segments that the user is in; the last known ones when the server cannot be reached. It never fails. */
  getMembership(): Promise<string[]>;
  /** What the SDK was started with, or `null` before `init`. */
  readonly providerProps: ProviderProps | null;
  /** The version of the SDK. */
  readonly version: string;
}
