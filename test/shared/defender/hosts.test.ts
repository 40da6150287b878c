import { describe, expect, it } from 'vitest';
import { commercialEndpoints, toEndpoint } from '../../../shared/defender/hosts.ts';
import type { Cloud, DefenderService } from '../../../shared/defender/hosts.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const simulator = {
  defenderApiUrl: 'https://127.0.0.1:7443/defender/',
  defenderTokenScope: 'https://simulated.example.test/.default',
  graphApiUrl: 'https://127.0.0.1:7443/graph',
  graphTokenScope: 'https://simulated-graph.example.test/.default',
};
const commercialScope = 'https://api.securitycenter.microsoft.com/.default';
const gcc = 'https://api-gcc.securitycenter.microsoft.us';
const gov = 'https://api-gov.securitycenter.microsoft.us';

describe('toEndpoint', () => {
  const cases: readonly [Cloud, string | undefined, DefenderService, string, string][] = [
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
    const tenant = { tenantId, cloud, region: 'eu' };
    expect(toEndpoint(simulator, 'defender', tenant)).toEqual({
      baseUrl: 'https://127.0.0.1:7443/defender',
      scope: simulator.defenderTokenScope,
    });
    expect(toEndpoint(simulator, 'graph', tenant)).toEqual({
      baseUrl: 'https://127.0.0.1:7443/graph',
      scope: simulator.graphTokenScope,
    });
  });

  it('keeps a scope that was set, in whatever cloud', () => {
    const settings = {
      ...commercialEndpoints,
      defenderTokenScope: 'https://securitycenter.onmicrosoft.com/windowsatpservice/.default',
    };
    expect(toEndpoint(settings, 'defender', { tenantId, cloud: 'Gcc' }).scope).toBe(settings.defenderTokenScope);
  });

  it('takes the default with a slash as the default', () => {
    const settings = { ...commercialEndpoints, defenderApiUrl: 'https://API.security.microsoft.com/' };
    expect(toEndpoint(settings, 'defender', { tenantId, cloud: 'Commercial', region: 'uk' }).baseUrl).toBe(
      'https://uk.api.security.microsoft.com',
    );
  });
});
