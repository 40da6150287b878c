import { describe, expect, it } from 'vitest';
import { commercialEndpoints, toEndpoint } from '../../../shared/defender/hosts.ts';
import type { DefenderService } from '../../../shared/defender/hosts.ts';
import type { Cloud, Region } from '../../../shared/contract/tenant.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const simulator = {
  defender: { apiUrl: 'https://127.0.0.1:7443/defender/', tokenScope: 'https://simulated.example.test/.default' },
  graph: { apiUrl: 'https://127.0.0.1:7443/graph', tokenScope: 'https://simulated-graph.example.test/.default' },
};
const commercialScope = 'https://api.securitycenter.microsoft.com/.default';
const gcc = 'https://api-gcc.securitycenter.microsoft.us';
const gov = 'https://api-gov.securitycenter.microsoft.us';

describe('toEndpoint', () => {
  const cases: readonly [Cloud, Region | undefined, DefenderService, string, string][] = [
    ['Commercial', undefined, 'defender', 'https://api.security.microsoft.com', commercialScope],
    ['Commercial', 'eu', 'defender', 'https://eu.api.security.microsoft.com', commercialScope],
    ['Commercial', 'aea', 'defender', 'https://aea.api.security.microsoft.com', commercialScope],
    ['Gcc', undefined, 'defender', gcc, `${gcc}/.default`],
    ['GccHigh', undefined, 'defender', gov, `${gov}/.default`],
    ['DoD', undefined, 'defender', gov, `${gov}/.default`],
    ['Commercial', 'eu', 'graph', 'https://graph.microsoft.com', 'https://graph.microsoft.com/.default'],
    ['Gcc', undefined, 'graph', 'https://graph.microsoft.com', 'https://graph.microsoft.com/.default'],
    ['GccHigh', undefined, 'graph', 'https://graph.microsoft.us', 'https://graph.microsoft.us/.default'],
    ['DoD', undefined, 'graph', 'https://dod-graph.microsoft.us', 'https://dod-graph.microsoft.us/.default'],
  ];
  it.each(cases)('%s %s %s → %s', (cloud, region, service, baseUrl, scope) => {
    expect(toEndpoint(commercialEndpoints, service, { tenantId, cloud, region })).toEqual({ baseUrl, scope });
  });

  it.each(['Commercial', 'Gcc', 'GccHigh', 'DoD'] as const)('settings that are not the default win: %s', (cloud) => {
    const tenant = { tenantId, cloud, region: 'eu' } as const;
    expect(toEndpoint(simulator, 'defender', tenant)).toEqual({
      baseUrl: 'https://127.0.0.1:7443/defender',
      scope: simulator.defender.tokenScope,
    });
    expect(toEndpoint(simulator, 'graph', tenant)).toEqual({
      baseUrl: 'https://127.0.0.1:7443/graph',
      scope: simulator.graph.tokenScope,
    });
  });

  it('keeps a scope that was set, in whatever cloud', () => {
    const tokenScope = 'https://securitycenter.onmicrosoft.com/windowsatpservice/.default';
    const settings = { ...commercialEndpoints, defender: { ...commercialEndpoints.defender, tokenScope } };
    expect(toEndpoint(settings, 'defender', { tenantId, cloud: 'Gcc' }).scope).toBe(tokenScope);
  });

  it('takes the default with a slash as the default', () => {
    const defender = { ...commercialEndpoints.defender, apiUrl: 'https://API.security.microsoft.com/' };
    const settings = { ...commercialEndpoints, defender };
    const tenant = { tenantId, cloud: 'Commercial', region: 'uk' } as const;
    expect(toEndpoint(settings, 'defender', tenant).baseUrl).toBe('https://uk.api.security.microsoft.com');
  });
});
