import { createHmac } from 'node:crypto';

/** A webhook to be sent. */
export interface Webhook {
  /** Also the dedupe key. */
  readonly id: string;
  readonly body: Buffer;
}

/** The route that takes an envelope, by its `type`; throws when there is none. */
export function toWebhookPath(envelope: unknown): string {
  const { type, tenantId, feedId } = (envelope ?? {}) as Readonly<Record<string, unknown>>;
  const tenant = `/api/v1/tenants/${String(tenantId)}`;
  switch (type) {
    case 'alert.created':
    case 'alert.updated':
    case 'ocsf.detection_finding':
      return `${tenant}/alerts`;
    case 'action.requested':
      return `${tenant}/actions`;
    case 'indicators.pushed':
      return `/api/v1/feeds/${String(feedId)}/indicators`;
    default:
      throw new Error(`No route takes a webhook of type ${String(type)}.`);
  }
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
