import { json, noContent } from '../http/exchange.ts';
import { route } from '../http/router.ts';
import { alertRoutes, eventRoutes, graphAlertRoutes } from './alert-routes.ts';
import { entityRoutes } from './entity-routes.ts';
import { machineActionRoutes } from './machine-action-routes.ts';
import { machineRoutes } from './machine-routes.ts';
import { at, bodyOf } from './requests.ts';
import { setClock } from './set-clock.ts';
import { toLogAnswer } from './log-answer.ts';
import type { ApplicationOptions, ConsentedRoles, SecretOptions, TenantOptions } from '../options.ts';
import type { FaultOptions } from '../faults.ts';
import type { Handler } from '../http/exchange.ts';
import type { NewSecretVersion, SecretVersion } from '../key-vault/vault.ts';
import type { Route } from '../http/router.ts';
import type { Control } from './control.ts';
import type { TokenOrder } from './mint.ts';
import type { IndicatorSeed } from './seed.ts';

/** The control object over HTTP: no authentication, JSON in and out. */
export function controlRoutes(control: Control): readonly Route[] {
  const all = [
    ...directoryRoutes(control),
    ...vaultRoutes(control),
    ...indicatorRoutes(control),
    ...machineRoutes(control),
    ...machineActionRoutes(control),
    ...alertRoutes(control),
    ...graphAlertRoutes(control),
    ...entityRoutes(control),
    ...eventRoutes(control),
    ...runRoutes(control),
  ];
  return all.map((one) => ({ ...one, handle: withErrors(one.handle) }));
}

function directoryRoutes({ tenants, applications, mintToken }: Control): readonly Route[] {
  return [
    route('GET', at('/tenants'), () => json(200, tenants.list())),
    route('PUT', at('/tenants/{tenantId}'), (exchange, { tenantId = '' }) =>
      json(200, tenants.put({ ...(bodyOf(exchange) as unknown as TenantOptions), tenantId })),
    ),
    route('DELETE', at('/tenants/{tenantId}'), (_exchange, { tenantId = '' }) => {
      tenants.delete(tenantId);
      return noContent();
    }),
    route('PUT', at('/tenants/{tenantId}/consents/{clientId}'), (exchange, { tenantId = '', clientId = '' }) => {
      tenants.consent(tenantId, clientId, bodyOf(exchange) as ConsentedRoles);
      return noContent();
    }),
    route('DELETE', at('/tenants/{tenantId}/consents/{clientId}'), (_exchange, { tenantId = '', clientId = '' }) => {
      tenants.withdrawConsent(tenantId, clientId);
      return noContent();
    }),
    route('GET', at('/applications'), () => json(200, applications.list())),
    route('PUT', at('/applications/{clientId}'), (exchange, { clientId = '' }) =>
      json(200, applications.put({ ...(bodyOf(exchange) as unknown as ApplicationOptions), clientId })),
    ),
    route('POST', at('/tokens'), async (exchange) =>
      json(200, { access_token: await mintToken(bodyOf(exchange) as TokenOrder) }),
    ),
  ];
}

function vaultRoutes({ secrets }: Control): readonly Route[] {
  return [
    route('GET', at('/secrets'), () => json(200, secrets.list())),
    route('PUT', at('/secrets/{name}'), (exchange, { name = '' }) =>
      json(200, secrets.put({ ...(bodyOf(exchange) as unknown as SecretOptions), name })),
    ),
    route('POST', at('/secrets/{name}/versions'), (exchange, { name = '' }) =>
      json(200, secrets.add(name, bodyOf(exchange) as unknown as NewSecretVersion)),
    ),
    route('PATCH', at('/secrets/{name}/versions/{version}'), (exchange, { name = '', version = '' }) => {
      const changed = secrets.change(name, version, bodyOf(exchange) as Partial<SecretVersion>);
      return changed ? json(200, changed) : json(404, { error: 'There is no such version.' });
    }),
  ];
}

function indicatorRoutes({ indicators }: Control): readonly Route[] {
  const path = at('/tenants/{tenantId}/indicators');
  return [
    route('GET', path, (_exchange, { tenantId = '' }) => json(200, { indicators: indicators.list(tenantId) })),
    route('POST', path, (exchange, { tenantId = '' }) => {
      const { indicators: seeds } = bodyOf(exchange);
      if (!Array.isArray(seeds)) throw new RangeError('The body needs a list "indicators".');
      return json(200, { indicators: indicators.seed(tenantId, seeds as readonly IndicatorSeed[]) });
    }),
    route('DELETE', path, (_exchange, { tenantId = '' }) => {
      indicators.clear(tenantId);
      return noContent();
    }),
    route('DELETE', `${path}/{id}`, (_exchange, { tenantId = '', id = '' }) =>
      indicators.delete(tenantId, [id]) === 1 ? noContent() : json(404, { error: 'There is no such indicator.' }),
    ),
  ];
}

function runRoutes({ switches, clock, log, faults, quotas }: Control): readonly Route[] {
  return [
    route('GET', at('/health'), () => json(200, { status: 'ready' })),
    route('GET', at('/switches'), () => json(200, switches.get())),
    route('PATCH', at('/switches'), (exchange) => json(200, switches.change(bodyOf(exchange)))),
    route('DELETE', at('/switches'), () => json(200, switches.reset())),
    route('GET', at('/clock'), () => json(200, { now: new Date(clock.now()).toISOString() })),
    route('PUT', at('/clock'), (exchange) => json(200, setClock(clock, bodyOf(exchange)))),
    route('GET', at('/log'), (exchange) => json(200, toLogAnswer(log, exchange.query))),
    route('DELETE', at('/log'), () => {
      log.clear();
      return noContent();
    }),
    route('GET', at('/quotas'), () => json(200, { quotas: quotas.counts() })),
    route('DELETE', at('/quotas'), () => {
      quotas.clear();
      return noContent();
    }),
    route('GET', at('/faults'), () => json(200, { faults: faults.list() })),
    route('POST', at('/faults'), (exchange) => json(201, faults.add(bodyOf(exchange) as unknown as FaultOptions))),
    route('DELETE', at('/faults'), () => {
      faults.clear();
      return noContent();
    }),
    route('DELETE', at('/faults/{id}'), (_exchange, { id = '' }) => {
      faults.clear(id);
      return noContent();
    }),
  ];
}

/** What the control object refuses is the caller's mistake. */
function withErrors(handle: Handler): Handler {
  return async (exchange, parameters) => {
    try {
      return await handle(exchange, parameters);
    } catch (error) {
      if (error instanceof RangeError) return json(400, { error: error.message });
      throw error;
    }
  };
}
