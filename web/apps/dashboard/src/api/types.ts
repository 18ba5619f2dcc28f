/** The names by which the screens speak of the API's values; their shapes are generated from its description. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type Workspace = Schemas["Workspace"];
export type Source = Schemas["Source"];
export type CatalogEntry = Schemas["CatalogEntry"];
export type EventSpec = Schemas["CatalogEvent"];
export type SettingSpec = Schemas["CatalogSetting"];
export type SettingValue = SettingSpec["default"];
export type DebugEvent = Schemas["SeenEvent"];
export type DebugEvents = Schemas["SeenEventPage"];
export type Accounting = Schemas["Accounting"];
export type SourceAccount = Schemas["SourceAccount"];
export type ReaderAccount = Schemas["ReaderAccount"];
export type ParkedEvent = Schemas["ParkedEvent"];
export type ParkedEvents = Schemas["ParkedEventPage"];
export type EventTrail = Schemas["EventTrail"];
export type Replay = Schemas["Replay"];
export type ReplayReader = Schemas["NewReplay"]["reader"];
export type SqlAnswer = Schemas["SqlResult"];

export type ConnectionKind = "webhooks" | "destinations" | "integrations";
export type Webhook = Schemas["Webhook"];
export type WebhookMade = Schemas["WebhookMade"];
export type WebhookFormat = Webhook["format"];
export type Topic = Webhook["topics"][number];
export type Filters = Webhook["filters"];
export type Destination = Schemas["Destination"];
export type CatalogDestination = Schemas["CatalogDestination"];
export type Integration = Schemas["Integration"];
export type ConnectionState = Schemas["ConnectionState"];
export type Attempt = Schemas["Attempt"];
export type AttemptStatus = Attempt["status"];
export type OutgoingRequest = Schemas["OutgoingRequest"];
export type Delivery = Schemas["Delivery"];
export type InboxItem = Schemas["InboxItem"];

/** What an object holds is described to any depth, so the description itself says only "objects" of it. */
export type PropertySpec = Omit<Schemas["CatalogProperty"], "properties"> & { properties?: PropertySpec[] };

export const propertiesOf = (event: EventSpec) => event.properties as PropertySpec[];

export type Person = Schemas["Person"];
export type PersonPage = Schemas["PersonPage"];
export type PersonEvent = Schemas["PersonEvent"];
export type GroupOfPerson = Schemas["GroupOfPerson"];
export type Explained = Omit<Schemas["Explained"], "children"> & { children: Explained[] };
export type Explanation = Omit<Schemas["Explanation"], "tree"> & { tree: Explained };
export type Segment = Schemas["Segment"];
export type SegmentPage = Schemas["SegmentPage"];
export type SegmentPreview = Schemas["SegmentPreview"];
export type ApiKey = Schemas["ApiKey"];
export type IdentitySecret = Schemas["IdentitySecret"];
export type IdentityReport = Schemas["IdentityReport"];
export type Verification = Workspace["identityVerification"];
export type Regulation = Schemas["Regulation"];
export type TraitTroubles = Schemas["TraitTroubles"];
export type TraitSlip = Schemas["TraitSlip"];
