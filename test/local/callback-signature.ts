import { createHmac, timingSafeEqual } from 'node:crypto';

/** A callback as it arrived. */
export interface SignedCallback {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * Why a callback is not to be believed; `undefined` when it is. Written from the Standard Webhooks specification as a
 * receiver would, without any of the product's code: https://www.standardwebhooks.com
 */
export function flawOfSignature(
  { headers, body }: SignedCallback,
  secrets: readonly string[],
  nowMs: number,
): string | undefined {
  const id = single(headers['webhook-id']);
  const timestamp = single(headers['webhook-timestamp']);
  const signature = single(headers['webhook-signature']);
  if (id === undefined || timestamp === undefined || signature === undefined) return 'a webhook header is missing';
  if (id.includes('.')) return 'the id has a dot in it';
  if (!/^\d{10}$/.test(timestamp)) return 'the timestamp is no whole number of seconds';
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > 300) return 'the timestamp is over five minutes off';
  const given = signature.split(' ').filter((part) => part.startsWith('v1,'));
  if (given.length === 0) return 'there is no v1 signature';
  const isSigned = secrets.some((secret) => {
    const mac = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
    const expected = Buffer.from(`v1,${mac.update(`${id}.${timestamp}.`).update(body).digest('base64')}`);
    return given.some((part) => part.length === expected.length && timingSafeEqual(Buffer.from(part), expected));
  });
  return isSigned ? undefined : 'the signature fits no secret';
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
