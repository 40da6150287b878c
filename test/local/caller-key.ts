import { randomBytes } from 'node:crypto';
import type { SecretClient } from '@azure/keyvault-secrets';

/** A version of a caller's key, without its value. */
export interface KeyVersion {
  readonly version: string;
  readonly isEnabled: boolean;
  readonly createdAt: string;
}

/** The secret that a caller signs with, or (`callback`) that callbacks to it are signed with. */
export function toSecretName(callerId: string, isCallback: boolean): string {
  return `${isCallback ? 'callback' : 'caller'}-${callerId}`;
}

/** All versions, newest first; none when there is no such secret. */
export async function listKeyVersions(vault: SecretClient, name: string): Promise<readonly KeyVersion[]> {
  const found: KeyVersion[] = [];
  try {
    for await (const { version = '', enabled, createdOn } of vault.listPropertiesOfSecretVersions(name)) {
      found.push({ version, isEnabled: enabled !== false, createdAt: createdOn?.toISOString() ?? '' });
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return found.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** Adds a version: the first makes the key, the next rotates it; the older ones go on being taken until they are revoked. */
export async function addKeyVersion(vault: SecretClient, name: string): Promise<{ version: string; secret: string }> {
  const secret = newWebhookSecret();
  const { properties } = await vault.setSecret(name, secret, { contentType: 'text/plain' });
  return { version: properties.version ?? '', secret };
}

/** Disables a version; the app takes it no longer than five minutes. */
export async function revokeKeyVersion(vault: SecretClient, name: string, version: string): Promise<void> {
  await vault.updateSecretProperties(name, version, { enabled: false });
}

/** The newest enabled key; `undefined` when there is none. */
export async function readKey(vault: SecretClient, name: string): Promise<string | undefined> {
  const newest = (await listKeyVersions(vault, name)).find(({ isEnabled }) => isEnabled);
  return newest && (await vault.getSecret(name, { version: newest.version })).value;
}

/** A key as Standard Webhooks writes it: https://www.standardwebhooks.com */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === 404;
}
