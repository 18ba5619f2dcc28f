/** The names by which the screens speak of the API's values. Shapes follow the server's OpenAPI. */

export type PropertySpec = {
  name: string;
  type: string;
  description: string;
  ours?: boolean;
  required?: boolean;
  properties?: PropertySpec[];
};

export type EventSpec = { name: string; call: string; description: string; properties: PropertySpec[] };

export type SettingValue = string | number | boolean | null;

export type SettingSpec = {
  name: string;
  type: string;
  label: string;
  description: string;
  required?: boolean;
  default?: SettingValue;
  secret?: boolean;
  choices?: string[];
};

export type CatalogEntry = {
  slug: string;
  name: string;
  kind: string;
  status: string;
  statusNote?: string;
  maintainer: { name: string; contact?: string | null };
  categories: string[];
  regions: string[];
  description: string;
  docs: string;
  related?: string | null;
  setup: string[];
  settings: SettingSpec[];
  events: EventSpec[];
};

export type Workspace = { id: string; name: string; region: string };

export type Source = {
  id: string;
  catalog: string;
  name: string;
  schema: string;
  enabled: boolean;
  feedsProfiles: boolean;
  platform: string;
  writeKeys: string[];
  inboundUrl: string;
  settings: Record<string, unknown>;
  lastEventAt?: string | null;
  createdAt: string;
};

export type Violation = { field?: string; type?: string; message: string };

/** One line of the debugger. `payload` is the event as the client sent it. */
export type DebugEvent = {
  messageId: string;
  type: string;
  name?: string | null;
  receivedAt: string;
  fate: string;
  reason?: string | null;
  violations: unknown[];
  payload: unknown;
};

export type SqlAnswer = {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  truncated: boolean;
};

export type Page<T> = { data: T[]; pagination: { total: number; limit: number; offset: number } };
