export type * from "./api";
export { createClient, type Client } from "./client";
export type { Said } from "./envelope";
export type { Bootstrap } from "./membership";
export type { Renderer, RendererModule, Stage } from "./stage";
export type { Answer, Platform, Store } from "./platform";
