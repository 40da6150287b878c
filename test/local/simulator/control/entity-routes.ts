import { json, noContent } from '../http/exchange.ts';
import { route } from '../http/router.ts';
import { at, listOf } from './requests.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Route } from '../http/router.ts';
import type { Control } from './control.ts';
import type { SeededPart } from './entity-control.ts';

export function entityRoutes(control: Control): readonly Route[] {
  return [
    ...routesOf('files', control.files),
    ...routesOf('domains', control.domains),
    ...routesOf('ips', control.ips),
    ...routesOf('users', control.users),
    ...routesOf('vulnerabilities', control.vulnerabilities),
  ];
}

/** Dump, replace all, add, clear; the list in the body has the name of the path. */
function routesOf<Seed, Item>(name: string, part: SeededPart<Seed, Item>): readonly Route[] {
  const path = at(`/tenants/{tenantId}/${name}`);
  const seedsOf = (exchange: Exchange): readonly Seed[] => listOf<Seed>(exchange, name);
  return [
    route('GET', path, (_exchange, { tenantId = '' }) => json(200, { [name]: part.list(tenantId) })),
    route('PUT', path, (exchange, { tenantId = '' }) => {
      const seeds = seedsOf(exchange);
      part.clear(tenantId);
      return json(200, { [name]: part.seed(tenantId, seeds) });
    }),
    route('POST', path, (exchange, { tenantId = '' }) => json(200, { [name]: part.seed(tenantId, seedsOf(exchange)) })),
    route('DELETE', path, (_exchange, { tenantId = '' }) => {
      part.clear(tenantId);
      return noContent();
    }),
  ];
}
