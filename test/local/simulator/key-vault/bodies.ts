import type { Exchange } from '../http/exchange.ts';
import type { Secret, SecretVersion } from './vault.ts';

/** A secret with or without its value, as Key Vault prints it. Times are epoch seconds. */
export function toBundle(exchange: Exchange, name: string, version: SecretVersion): object {
  return { value: version.value, ...toItem(exchange, name, version) };
}

export function toItem(exchange: Exchange, name: string, version: SecretVersion): object {
  return {
    ...(version.contentType === null ? {} : { contentType: version.contentType }),
    id: `https://${exchange.host}/secrets/${name}/${version.version}`,
    attributes: {
      enabled: version.isEnabled,
      ...(version.notBeforeMs === null ? {} : { nbf: toSeconds(version.notBeforeMs) }),
      ...(version.expiresMs === null ? {} : { exp: toSeconds(version.expiresMs) }),
      created: toSeconds(version.createdMs),
      updated: toSeconds(version.updatedMs),
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays: 90,
    },
    tags: version.tags,
  };
}

/** In a list of secrets the id carries no version. */
export function toNamedItem(exchange: Exchange, name: string, version: SecretVersion): object {
  return { ...toItem(exchange, name, version), id: `https://${exchange.host}/secrets/${name}` };
}

export function toDeletedBundle(exchange: Exchange, secret: Secret, version: SecretVersion): object {
  const deletedMs = secret.deletedMs ?? 0;
  return {
    ...toItem(exchange, secret.name, version),
    recoveryId: `https://${exchange.host}/deletedsecrets/${secret.name}`,
    deletedDate: toSeconds(deletedMs),
    scheduledPurgeDate: toSeconds(deletedMs + 90 * 86_400_000),
  };
}

function toSeconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
