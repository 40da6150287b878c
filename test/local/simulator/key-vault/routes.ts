import { isRecord, json, readJson } from '../http/exchange.ts';
import { route } from '../http/router.ts';
import { secretNotFound, vaultError, withAccess } from './access.ts';
import { toBundle, toItem, toNamedItem } from './bodies.ts';
import { deleteSecret, getDeleted, purgeSecret, recoverSecret } from './deleted-secrets.ts';
import { readAttributes, readNewVersion } from './requests.ts';
import type { EntraContext } from '../entra/context.ts';
import type { Exchange, Handler, Parameters, Reply } from '../http/exchange.ts';
import type { Route } from '../http/router.ts';
import type { Vault } from './vault.ts';

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
  if (!secret || secret.deletedMs !== null || !version) return secretNotFound(name, id);
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
  if (!secret || secret.deletedMs !== null) return secretNotFound(name);
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
  if (!secret || !changed) return secretNotFound(name, version);
  exchange.applied = true;
  return json(200, toItem(exchange, secret.name, changed));
}
