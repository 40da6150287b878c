import { json, noContent } from '../http/exchange.ts';
import { route } from '../http/router.ts';
import { at, bodyOf } from './requests.ts';
import type { MachineResource } from '../defender/machines/resource.ts';
import type { MachineSeed } from '../defender/machines/seed.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Route } from '../http/router.ts';
import type { Control } from './control.ts';

export function machineRoutes({ machines }: Control): readonly Route[] {
  const path = at('/tenants/{tenantId}/machines');
  const seedsOf = (exchange: Exchange): readonly MachineSeed[] => {
    const { machines: seeds } = bodyOf(exchange);
    if (!Array.isArray(seeds)) throw new RangeError('The body needs a list "machines".');
    return seeds as readonly MachineSeed[];
  };
  return [
    route('GET', path, (_exchange, { tenantId = '' }) => json(200, { machines: machines.list(tenantId) })),
    route('PUT', path, (exchange, { tenantId = '' }) => {
      const seeds = seedsOf(exchange);
      machines.clear(tenantId);
      return json(200, { machines: machines.seed(tenantId, seeds) });
    }),
    route('POST', path, (exchange, { tenantId = '' }) =>
      json(200, { machines: machines.seed(tenantId, seedsOf(exchange)) }),
    ),
    route('PATCH', `${path}/{id}`, (exchange, { tenantId = '', id = '' }) =>
      json(200, machines.change(tenantId, id, bodyOf(exchange) as Partial<MachineResource>)),
    ),
    route('DELETE', path, (_exchange, { tenantId = '' }) => {
      machines.clear(tenantId);
      return noContent();
    }),
  ];
}
