import { isRecord, json, readJson } from '../http/exchange.ts';
import { route } from '../http/router.ts';
import { vaultError, withAccess } from './access.ts';
import { toBundle, toDeletedBundle, toItem, toNamedItem } from './bodies.ts';
import { readAttributes, readNewVersion } from './requests.ts';
import type { EntraContext } from '../entra/context.ts';
import type { Exchange, Handler, Parameters, Reply } from '../http/exchange.ts';
import type { Route } from '../http/router.ts';
import type { Secret, SecretVersion, Vault } from './vault.ts';

const maxPage = 25;

/** Secrets at the root of the origin, because a vault's address has no path. */
export function keyVaultRoutes(context: EntraContext, vault: Vault, officers: readonly string[]): readonly Route[] {
  const access = { context, officers };
  const read = (handle: Handler): Handler => withAccess(access, 'read', handle);
  const write = (handle: Handler): Handler => withAccess(access, 'write', handle);
  return [
    route(
      'GET',
      '/secrets',
      read((exchange) => listSecrets(vault, exchange)),
    ),
    route(
      'GET',
      '/secrets/{name}/versions',
      read((exchange, { name = '' }) => listVersions(vault, exchange, name)),
    ),
    route(
      'GET',
      '/secrets/{name}',
      read((exchange, parameters) => getSecret(vault, exchange, parameters)),
    ),
    route(
      'GET',
      '/secrets/{name}/{version}',
      read((exchange, parameters) => getSecret(vault, exchange, parameters)),
    ),
    route(
      'PUT',
      '/secrets/{name}',
      write((exchange, { name = '' }) => setSecret(vault, exchange, name)),
    ),
    route(
      'PATCH',
      '/secrets/{name}/{version}',
      write((exchange, parameters) => updateSecret(vault, exchange, parameters)),
    ),
    route(
      'DELETE',
      '/secrets/{name}',
      write((exchange, { name = '' }) => deleteSecret(vault, exchange, name)),
    ),
    route(
      'GET',
      '/deletedsecrets/{name}',
      read((exchange, { name = '' }) => getDeleted(vault, exchange, name)),
    ),
    route(
      'POST',
      '/deletedsecrets/{name}/recover',
      write((exchange, { name = '' }) => recoverSecret(vault, exchange, name)),
    ),
    route(
      'DELETE',
      '/deletedsecrets/{name}',
      write((exchange, { name = '' }) => purgeSecret(vault, exchange, name)),
    ),
  ];
}

function getSecret(vault: Vault, exchange: Exchange, { name = '', version: id }: Parameters): Reply {
  const secret = vault.get(name);
  const version = secret?.versions.findLast((candidate) => id === undefined || candidate.version === id);
  if (!secret || secret.deletedMs !== null || !version) return notFound(name, id);
  if (!version.isEnabled) {
    return vaultError(403, 'Forbidden', 'Operation get is not allowed on a disabled secret.', 'SecretDisabled');
  }
  return json(200, toBundle(exchange, secret.name, version));
}

function listSecrets(vault: Vault, exchange: Exchange): Reply {
  const items = vault
    .list()
    .filter(({ deletedMs }) => deletedMs === null)
    .flatMap(({ name, versions }) => versions.slice(-1).map((current) => toNamedItem(exchange, name, current)));
  return page(exchange, items);
}

function listVersions(vault: Vault, exchange: Exchange, name: string): Reply {
  const secret = vault.get(name);
  if (!secret || secret.deletedMs !== null) return notFound(name);
  return page(
    exchange,
    secret.versions.map((version) => toItem(exchange, secret.name, version)),
  );
}

/** At most 25 a page, fewer when `maxresults` says so. */
function page(exchange: Exchange, items: readonly object[]): Reply {
  const asked = Number(exchange.query.get('maxresults') ?? maxPage);
  if (!Number.isInteger(asked) || asked < 1 || asked > maxPage) {
    return vaultError(400, 'BadParameter', `The maxresults parameter must be between 1 and ${maxPage}.`);
  }
  const start = Number(exchange.query.get('$skiptoken') ?? 0);
  const query = new URLSearchParams(exchange.query);
  query.set('$skiptoken', String(start + asked));
  const nextLink = start + asked < items.length ? `https://${exchange.host}${exchange.path}?${query.toString()}` : null;
  return json(200, { value: items.slice(start, start + asked), nextLink });
}

function setSecret(vault: Vault, exchange: Exchange, name: string): Reply {
  const body = readNewVersion(readJson(exchange));
  if (!body || !/^[0-9a-zA-Z-]{1,127}$/.test(name)) return vaultError(400, 'BadParameter', 'The request is invalid.');
  if ((vault.get(name)?.deletedMs ?? null) !== null) {
    const message = `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused.`;
    return vaultError(409, 'Conflict', message, 'ObjectIsDeletedButRecoverable');
  }
  const version = vault.add(name, body);
  exchange.applied = true;
  return json(200, toBundle(exchange, vault.get(name)?.name ?? name, version));
}

function updateSecret(vault: Vault, exchange: Exchange, { name = '', version = '' }: Parameters): Reply {
  const body = readJson(exchange);
  const changes = isRecord(body) ? readAttributes(body) : undefined;
  if (!changes) return vaultError(400, 'BadParameter', 'The request is invalid.');
  const secret = vault.get(name);
  const changed = secret?.deletedMs === null ? vault.change(name, version, changes) : undefined;
  if (!secret || !changed) return notFound(name, version);
  exchange.applied = true;
  return json(200, toItem(exchange, secret.name, changed));
}

function deleteSecret(vault: Vault, exchange: Exchange, name: string): Reply {
  const found = findCurrent(vault, name, false);
  if (!found) return notFound(name);
  vault.setDeleted(name, true);
  exchange.applied = true;
  return json(200, toDeletedBundle(exchange, vault.get(name) ?? found.secret, found.current));
}

function getDeleted(vault: Vault, exchange: Exchange, name: string): Reply {
  const found = findCurrent(vault, name, true);
  return found ? json(200, toDeletedBundle(exchange, found.secret, found.current)) : notFound(name);
}

function recoverSecret(vault: Vault, exchange: Exchange, name: string): Reply {
  const found = findCurrent(vault, name, true);
  if (!found) return notFound(name);
  vault.setDeleted(name, false);
  exchange.applied = true;
  return json(200, toItem(exchange, found.secret.name, found.current));
}

function purgeSecret(vault: Vault, exchange: Exchange, name: string): Reply {
  if (!findCurrent(vault, name, true)) return notFound(name);
  vault.purge(name);
  exchange.applied = true;
  return { status: 204 };
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

function notFound(name: string, version?: string): Reply {
  const what = version === undefined ? name : `${name}/${version}`;
  const message = `A secret with (name/id) ${what} was not found in this key vault.`;
  return vaultError(404, 'SecretNotFound', message);
}
