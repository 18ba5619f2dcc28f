/** The calls about what goes out. Webhooks, destinations and integrations share most of them, under paths of their own. */

import { api } from "./calls";
import { take, takeExact } from "./client";
import type { AttemptStatus, ConnectionKind, Delivery, Filters, SettingValue, Topic, WebhookFormat } from "./types";

const ALL = 1000;

/** The shared calls have one shape each; only the first part of the path differs. */
function of<Path extends `/api/v1/webhooks/${string}`>(kind: ConnectionKind, path: Path): Path {
  return path.replace("/webhooks/", `/${kind}/`) as Path;
}

export const webhooks = () => take(api.GET("/api/v1/webhooks", { params: { query: { limit: ALL } } }));
export const webhook = (connectionId: string) =>
  take(api.GET("/api/v1/webhooks/{connectionId}", { params: { path: { connectionId } } }));

/** Null goes back to the usual. */
export type TermsGiven = { schedule?: number[] | null; perSecond?: number | null; ordered?: boolean };
export type WebhookGiven = TermsGiven & {
  name: string;
  url: string;
  format: WebhookFormat;
  topics: Topic[];
  filters: Filters;
  enabled: boolean;
  /** Empty takes it away. */
  sharedSecret?: string;
};
export const createWebhook = (body: WebhookGiven) => take(api.POST("/api/v1/webhooks", { body }));
export const changeWebhook = (connectionId: string, body: Partial<WebhookGiven>) =>
  take(api.PATCH("/api/v1/webhooks/{connectionId}", { params: { path: { connectionId } }, body }));
export const deleteWebhook = (connectionId: string) =>
  take(api.DELETE("/api/v1/webhooks/{connectionId}", { params: { path: { connectionId } } }));
export const webhookSecret = (connectionId: string) =>
  take(api.GET("/api/v1/webhooks/{connectionId}/secret", { params: { path: { connectionId } } }));
export const rotateSecret = (connectionId: string) =>
  take(api.POST("/api/v1/webhooks/{connectionId}/rotate-secret", { params: { path: { connectionId } }, body: null }));

export const troubleshooting = (connectionId: string) =>
  take(api.GET("/api/v1/webhooks/{connectionId}/troubleshooting", { params: { path: { connectionId } } }));

export const catalogDestinations = (q: string) =>
  take(api.GET("/api/v1/catalog/destinations", { params: { query: { q, limit: ALL } } }));
export const catalogDestination = (slug: string) =>
  take(api.GET("/api/v1/catalog/destinations/{slug}", { params: { path: { slug } } }));

export const destinations = () => take(api.GET("/api/v1/destinations", { params: { query: { limit: ALL } } }));
export const destination = (connectionId: string) =>
  take(api.GET("/api/v1/destinations/{connectionId}", { params: { path: { connectionId } } }));

export type DestinationGiven = TermsGiven & {
  name: string;
  sourceIds: string[];
  settings: Record<string, SettingValue>;
  mapping: Record<string, string>;
  enabled: boolean;
};
export const createDestination = (catalog: string, body: Omit<DestinationGiven, "mapping" | "enabled">) =>
  take(api.POST("/api/v1/destinations", { body: { catalog, ...body } }));
export const changeDestination = (connectionId: string, body: Partial<DestinationGiven>) =>
  take(api.PATCH("/api/v1/destinations/{connectionId}", { params: { path: { connectionId } }, body }));
export const deleteDestination = (connectionId: string) =>
  take(api.DELETE("/api/v1/destinations/{connectionId}", { params: { path: { connectionId } } }));

export const integrations = () => take(api.GET("/api/v1/integrations"));
export const integration = (connectionId: string) =>
  take(api.GET("/api/v1/integrations/{connectionId}", { params: { path: { connectionId } } }));
export type IntegrationGiven = {
  enabled: boolean;
  writeKey?: string;
  host?: string;
  uuidAsUserId?: boolean;
  extended?: boolean;
};
export const putIntegration = (connectionId: string, body: IntegrationGiven) =>
  take(api.PUT("/api/v1/integrations/{connectionId}", { params: { path: { connectionId } }, body }));

export type AttemptSearch = { status: AttemptStatus | null; q: string; limit: number };
export const attempts = (kind: ConnectionKind, connectionId: string, { status, q, limit }: AttemptSearch) =>
  take(
    api.GET(of(kind, "/api/v1/webhooks/{connectionId}/attempts"), {
      params: { path: { connectionId }, query: { status: status ?? undefined, q, limit } },
    }),
  );
export const attempt = (kind: ConnectionKind, connectionId: string, attemptId: string) =>
  take(
    api.GET(of(kind, "/api/v1/webhooks/{connectionId}/attempts/{attemptId}"), {
      params: { path: { connectionId, attemptId } },
    }),
  );
export const resend = (kind: ConnectionKind, connectionId: string, attemptId: string) =>
  take(
    api.POST(of(kind, "/api/v1/webhooks/{connectionId}/attempts/{attemptId}/resend"), {
      params: { path: { connectionId, attemptId } },
    }),
  );
export const testConnection = (kind: ConnectionKind, connectionId: string) =>
  take(api.POST(of(kind, "/api/v1/webhooks/{connectionId}/test"), { params: { path: { connectionId } }, body: null }));
export const tryEvent = (kind: ConnectionKind, connectionId: string, event: Record<string, unknown>) =>
  take(
    api.POST(of(kind, "/api/v1/webhooks/{connectionId}/try"), { params: { path: { connectionId } }, body: { event } }),
  );

export type PreviewGiven = { event?: Record<string, unknown>; messageId?: string; mapping?: Record<string, string> };
export const preview = (kind: ConnectionKind, connectionId: string, body: PreviewGiven) =>
  take(api.POST(of(kind, "/api/v1/webhooks/{connectionId}/preview"), { params: { path: { connectionId } }, body }));
export const pause = (kind: ConnectionKind, connectionId: string) =>
  take(api.POST(of(kind, "/api/v1/webhooks/{connectionId}/pause"), { params: { path: { connectionId } } }));
export const resume = (kind: ConnectionKind, connectionId: string) =>
  take(api.POST(of(kind, "/api/v1/webhooks/{connectionId}/resume"), { params: { path: { connectionId } } }));
export const recover = (kind: ConnectionKind, connectionId: string, since: string) =>
  take(
    api.POST(of(kind, "/api/v1/webhooks/{connectionId}/recover"), {
      params: { path: { connectionId } },
      body: { since },
    }),
  );

export const delivery = (connectionId: string) =>
  takeExact<Delivery>(api.GET("/api/v1/delivery", { params: { query: { connectionId } }, parseAs: "text" }), ["sample"]);
export const inbox = (limit: number) => take(api.GET("/api/v1/inbox", { params: { query: { limit } } }));
