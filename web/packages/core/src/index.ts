export type * from "./api";
export { createClient, type Client } from "./client";
export type { Answer, Platform, Store } from "./platform";
