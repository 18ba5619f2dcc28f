/** The SDK itself: who the user is, what is said of them, and what the page may ask. */

import type { Headwater, Options, ProviderProps, Traits, UserId } from "./api";
import { envelope, type Identity, idText, type Said } from "./envelope";
import { bootstrap, type Candidate, nameOf, NOTHING } from "./membership";
import { createConsole } from "./once";
import type { Platform } from "./platform";
import { createQueue, LEFT_LYING_MS, type Queue } from "./queue";
import { createSender, GATHER_MS, type Sender } from "./sender";
import type { Renderer, Stage } from "./stage";
import { waitMs } from "./wait";

const ANONYMOUS = "headwater:anonymous_id";
const TOLD = "headwater:told";
const EARLY_CALLS = 100;
const FLUSH_PATIENCE_MS = 2000;
/** Until what was said of a person has come to count; and how old an answer may be when the page goes elsewhere. */
const SETTLED_MS = 3000;
/** How often one question is asked again, when the server is away: over some five minutes. */
const MOST_TRIES = 10;

/** The SDK, and what the surroundings drive it by. */
export interface Client {
  sdk: Headwater;
  /** The page ends now, or may. */
  last(): void;
  /** Something changed for the better: there is a network again, or the page is looked at again. */
  wake(): void;
  /** The page is at another address. */
  route(): void;
}

interface Line {
  token: string;
  host: string;
  queue: Queue;
  sender: Sender;
}

type Signature = string | { hmac?: string; hash?: string } | undefined;

export function createClient(platform: Platform, defaultHost: string, onInit?: (options: Options) => void): Client {
  const { store } = platform;
  const console = createConsole(platform);
  console.guard(platform.ready);
  const early: (() => void)[] = [];
  let line: Line | undefined;
  let given: Options | undefined;
  let anonymousId = "";
  const nobody: Omit<Identity, "anonymousId"> = { userId: undefined, hmac: undefined };
  let user = nobody;
  let told = "";
  let found = NOTHING;
  let renderer: Promise<Renderer> | undefined;
  let asks = 0;
  let askedAt = 0;
  const tracked: string[] = [];

  const identity = (): Identity => ({ anonymousId, ...user });

  function newAnonymous(id?: string | null) {
    anonymousId = id || platform.uuid();
    store.set(ANONYMOUS, anonymousId);
  }

  /** What a call does, once it is known where to send. It never throws. */
  function when(action: () => void) {
    if (line) console.guard(action);
    else if (early.length < EARLY_CALLS) early.push(action);
  }

  function say(said: Said) {
    const text = envelope(platform, said, identity());
    line!.queue.add(text);
    line!.sender.wake();
    const { type, ...detail } = said;
    const name = said.eventName || said.screenName;
    if (type === "Track" && !renderer && tracked.length < EARLY_CALLS) tracked.push(name!);
    const kind = type.toLowerCase();
    if (/^candu\.sdk\./.test(`${name}`)) platform.tell(`candu.sdk.${kind}`, detail);
    platform.tell(`headwater.${kind}`, detail);
  }

  function named(name: unknown, action: (text: string) => void) {
    const text = idText(name);
    if (text) when(() => action(text));
    else console.say("name", `an event has no name and was not sent: ${String(name)}`);
  }

  function recognise(id: UserId | null | undefined, signature: Signature) {
    const userId = idText(id);
    if (userId) {
      const changed = userId !== user.userId;
      const hmac = typeof signature === "object" ? signature?.hmac || signature?.hash : signature;
      if (changed) told = "";
      user = { userId, hmac: hmac || (changed ? undefined : user.hmac) };
      given = { ...given!, userId, hmac: user.hmac, traits: changed ? undefined : given!.traits };
    } else if (id) {
      console.say("userId", "a user id is a text or a number; nothing changed");
    }
  }

  function learn(traits: Traits | undefined) {
    checkEmail(traits);
    if (traits) given = { ...given!, traits: { ...given!.traits, ...traits } };
    say({ type: "Identify", traits });
  }

  function checkEmail(traits: Traits | undefined) {
    for (const name of Object.keys(traits || {})) {
      if (name !== "email" && /^e-?mail$/i.test(name)) {
        console.say(name, `the trait "${name}" is kept, but the reserved one is "email"`);
      }
    }
    const email = traits?.email;
    if (email != null && typeof email !== "string") console.say("email", `the trait "email" should be a string`);
  }

  function connect(options: Options) {
    const { clientToken: token } = options;
    const host = (options.host || defaultHost).replace(/\/+$/, "");
    if (host && !/^https?:\/\//.test(host)) console.say("host", `host is ${host}, which should begin with https://`);
    if (line && line.token === token && line.host === host) return;
    const queue = createQueue(platform, token, () =>
      console.say("full", "too many events wait; the oldest are dropped"),
    );
    const url = `${host}/api/events/batch?token=${encodeURIComponent(token)}`;
    line = { token, host, queue, sender: createSender(platform, queue, url, console, () => look(true)) };
    adopt();
    platform.later(adopt, LEFT_LYING_MS + 1000);
  }

  function adopt() {
    line!.queue.adopt();
    if (line!.queue.size()) line!.sender.wake();
  }

  function start(options: Options) {
    if (!options || typeof options.clientToken !== "string" || !options.clientToken) {
      return console.say("token", "init needs the clientToken of Settings > Workspaces > Access Keys; nothing is sent");
    }
    if (!anonymousId) newAnonymous(store.get(ANONYMOUS));
    connect(options);
    given = { ...options };
    if (idText(options.userId) !== user.userId) user = nobody;
    recognise(options.userId, options.hmac);
    introduce(options);
    early.splice(0).forEach(when);
    if (onInit) onInit(options);
  }

  /** Applications that render often call `init` often: what was said already is not said again. */
  function introduce({ traits, groupId, groupTraits }: Options) {
    const telling = JSON.stringify([identity(), traits, groupId, groupTraits, line!.token]);
    if (told === telling) return;
    told = telling;
    if (user.userId || traits) learn(traits);
    if (idText(groupId)) join(groupId!, groupTraits);
    // What the last page said counts already; it is kept as a sum that says nothing of the person.
    let sum = 0;
    for (const each of telling) sum = (sum * 31 + each.charCodeAt(0)) | 0;
    look(store.get(TOLD) !== `${sum}`);
    store.set(TOLD, `${sum}`);
  }

  function join(groupId: UserId, traits: Traits | undefined) {
    const id = idText(groupId);
    if (id) {
      const known = id === idText(given!.groupId) ? given!.groupTraits : undefined;
      given = { ...given!, groupId: id, groupTraits: { ...known, ...traits } };
      say({ type: "Group", groupId: id, traits });
    } else console.say("group", "a group id is a text or a number; nothing was sent");
  }

  /** What was just said of the user may decide; but who asks wants an answer, be it yesterday's. */
  const heard = () =>
    new Promise<void>((done) => {
      void flush().then(done);
      platform.later(done, FLUSH_PATIENCE_MS);
    });

  async function membership(): Promise<string[]> {
    if (!line) return [];
    await heard();
    return (await bootstrap(platform, line.host, line.token, identity())).segments;
  }

  /** Asks what this person may be shown; `isNew`: after what was said of them has been heard, and has come to count. */
  function look(isNew: boolean) {
    const mine = ++asks;
    askedAt = platform.now();
    let tries = 0;
    let retry: unknown;
    const ask = async () => {
      if (mine !== asks) return;
      platform.cancel(retry);
      const answer = await bootstrap(platform, line!.host, line!.token, identity(), (said) => {
        if (tries < MOST_TRIES) retry = platform.later(() => void ask(), waitMs(platform, tries++, said));
      });
      if (mine !== asks) return;
      found = answer;
      present();
    };
    if (isNew) {
      platform.later(() => void heard().then(ask), GATHER_MS);
      platform.later(() => void ask(), SETTLED_MS);
    } else void ask();
  }

  function present() {
    const isNeeded = renderer || platform.author || found.experiences.some(({ placements }) => placements.some(isHere));
    if (isNeeded) show((shown) => shown.update());
  }

  function isHere({ pages, trigger }: Candidate["placements"][number]): boolean {
    return trigger?.on !== "manual" && (!pages || !!console.guard(() => new RegExp(pages).test(platform.address())));
  }

  function show(action: (shown: Renderer) => void) {
    renderer = renderer || platform.load(`${line!.host}/sdk/latest/`).then((module) => module.start(stage));
    renderer.then(
      (shown) => console.guard(() => action(shown)),
      (error: unknown) => {
        renderer = undefined;
        console.guard(() => {
          throw error;
        });
      },
    );
  }

  const flush = (): Promise<void> => (line ? line.sender.flush() : Promise.resolve());

  const sdk: Headwater = {
    init: (options) => console.guard(() => start(options)),
    identify: (id, traits, signature) =>
      when(() => {
        recognise(id, signature);
        learn(traits);
        look(true);
      }),
    track: (name, properties) => named(name, (eventName) => say({ type: "Track", eventName, properties })),
    screen: (name, properties) =>
      named(name, (screenName) => say({ type: "Screen", screenName, properties })),
    page(name, properties) {
      when(() => say({ type: "Page", pageName: idText(name) || idText(platform.title()), properties }));
      return flush();
    },
    group: (groupId, traits) =>
      when(() => {
        join(groupId, traits);
        look(true);
      }),
    reset: () =>
      when(() => {
        user = nobody;
        const gone = undefined;
        given = { ...given!, userId: gone, hmac: gone, traits: gone, groupId: gone, groupTraits: gone, variables: gone };
        newAnonymous();
        look(false);
      }),
    flush,
    showContent: (slug) => when(() => show((shown) => shown.show(slug))),
    getMembership: () => membership().catch(() => []),
    get providerProps(): ProviderProps | null {
      const { sdk, storage } = platform;
      return given && line ? { ...given, host: line.host, anonymousId, storage, sdk } : null;
    },
    version: platform.sdk.version,
  };

  const stage: Stage = {
    sdk,
    platform,
    get host() {
      return line!.host;
    },
    get token() {
      return line!.token;
    },
    get options() {
      return given!;
    },
    get person() {
      return nameOf(identity());
    },
    get bootstrap() {
      return found;
    },
    tracked,
    say: (said) => when(() => say(said)),
    call(name, ...rest) {
      const callback = given?.callbacks?.[name];
      if (callback) console.guard(() => callback(...rest));
    },
  };

  return {
    sdk,
    last: () => when(() => line!.sender.last()),
    wake() {
      if (line) void flush();
    },
    route() {
      if (!line) return;
      if (platform.now() - askedAt > SETTLED_MS) look(false);
      present();
    },
  };
}
