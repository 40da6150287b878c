import { json, noContent } from '../http/exchange.ts';
import { secretNotFound } from './access.ts';
import { toDeletedBundle, toItem } from './bodies.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { Secret, SecretVersion, Vault } from './vault.ts';

export function deleteSecret(vault: Vault, exchange: Exchange, name: string): Reply {
  const found = findCurrent(vault, name, false);
  if (!found) return secretNotFound(name);
  vault.setDeleted(name, true);
  exchange.applied = true;
  return json(200, toDeletedBundle(exchange, vault.get(name) ?? found.secret, found.current));
}

export function getDeleted(vault: Vault, exchange: Exchange, name: string): Reply {
  const found = findCurrent(vault, name, true);
  return found ? json(200, toDeletedBundle(exchange, found.secret, found.current)) : secretNotFound(name);
}

export function recoverSecret(vault: Vault, exchange: Exchange, name: string): Reply {
  const found = findCurrent(vault, name, true);
  if (!found) return secretNotFound(name);
  vault.setDeleted(name, false);
  exchange.applied = true;
  return json(200, toItem(exchange, found.secret.name, found.current));
}

export function purgeSecret(vault: Vault, exchange: Exchange, name: string): Reply {
  if (!findCurrent(vault, name, true)) return secretNotFound(name);
  vault.purge(name);
  exchange.applied = true;
  return noContent();
}

function findCurrent(
  vault: Vault,
  name: string,
  isDeleted: boolean,
): { readonly secret: Secret; readonly current: SecretVersion } | undefined {
  const secret = vault.get(name);
  const current = secret?.versions.at(-1);
  return secret && current && (secret.deletedMs !== null) === isDeleted ? { secret, current } : undefined;
}
