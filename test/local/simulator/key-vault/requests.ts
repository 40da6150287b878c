import { isRecord } from '../http/exchange.ts';
import type { NewSecretVersion, SecretVersion } from './vault.ts';

/** Body of `PUT /secrets/{name}`. */
export function readNewVersion(body: unknown): NewSecretVersion | undefined {
  if (!isRecord(body) || typeof body['value'] !== 'string') return undefined;
  const changes = readAttributes(body);
  return changes ? { value: body['value'], ...changes } : undefined;
}

type Changes = Partial<Pick<SecretVersion, 'contentType' | 'tags' | 'isEnabled' | 'notBeforeMs' | 'expiresMs'>>;

/** What `PATCH /secrets/{name}/{version}` changes; fields that are absent stay. */
export function readAttributes(body: Readonly<Record<string, unknown>>): Changes | undefined {
  const attributes = body['attributes'] ?? {};
  if (!isRecord(attributes)) return undefined;
  const { contentType, tags } = body;
  const { enabled, nbf, exp } = attributes;
  return {
    ...(typeof contentType === 'string' ? { contentType } : {}),
    ...(isRecord(tags)
      ? { tags: Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)])) }
      : {}),
    ...(typeof enabled === 'boolean' ? { isEnabled: enabled } : {}),
    ...(typeof nbf === 'number' ? { notBeforeMs: nbf * 1_000 } : {}),
    ...(typeof exp === 'number' ? { expiresMs: exp * 1_000 } : {}),
  };
}
