import { createHmac } from 'node:crypto';

/** A webhook to be sent. */
export interface Webhook {
  /** Also the dedupe key. */
  readonly id: string;
  readonly body: Buffer;
}

/** By type: the route, and which id of the envelope its path has. */
const routes: Readonly<Record<string, readonly [idName: string, toPath: (id: string) => string]>> = {
  'alert.created': ['tenantId', (id) => `/api/v1/tenants/${id}/alerts`],
  'alert.updated': ['tenantId', (id) => `/api/v1/tenants/${id}/alerts`],
  'ocsf.detection_finding': ['tenantId', (id) => `/api/v1/tenants/${id}/alerts`],
  'action.requested': ['tenantId', (id) => `/api/v1/tenants/${id}/actions`],
  'indicators.pushed': ['feedId', (id) => `/api/v1/feeds/${id}/indicators`],
};

/** The route that takes an envelope, by its `type`; throws when there is none. */
export function toWebhookPath(envelope: unknown): string {
  const { type, ...ids } = (envelope ?? {}) as Readonly<Record<string, unknown>>;
  const route = typeof type === 'string' && Object.hasOwn(routes, type) ? routes[type] : undefined;
  if (route === undefined) {
    throw new Error(
      `No route takes a webhook of "type" ${JSON.stringify(type)}; one of ${Object.keys(routes).join(', ')}.`,
    );
  }
  const [idName, toPath] = route;
  const id = ids[idName];
  if (typeof id !== 'string') throw new Error(`A webhook of type ${String(type)} needs "${idName}" beside "type".`);
  return toPath(id);
}

/** Signs as a partner's product would, written from the Standard Webhooks specification: https://www.standardwebhooks.com */
export function toSignedHeaders({ id, body }: Webhook, secret: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const mac = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
  const signature = mac.update(`${id}.${timestamp}.`).update(body).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
