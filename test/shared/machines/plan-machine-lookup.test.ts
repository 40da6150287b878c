import { describe, expect, it } from 'vitest';
import { planMachineLookup, toRecordQuery } from '../../../shared/machines/plan-machine-lookup.ts';

const id = 'a'.repeat(40);
const aadDeviceId = '2c000000-0000-4000-8000-000000000003';
const time = '2026-11-20T10:00:05.7654321Z';
const byId = { kind: 'Record', path: `/api/machines/${id}` };
const byAddress = { kind: 'AddressHolders', path: `/api/machines/findbyip(ip='10.0.0.5',timestamp=${time})` };
const records = (filter: string) => ({ kind: 'Records', path: `/api/machines?$filter=${filter}` });
const byDevice = {
  ...records(`aadDeviceId%20eq%20%27${aadDeviceId}%27`),
  otherwisePath: records(`aadDeviceId%20eq%20${aadDeviceId}`).path,
};
const eitherCase = (toFilter: (name: string) => string) => (name: string, capitals: string) => ({
  ...records(toFilter(name)),
  nonePath: records(toFilter(capitals)).path,
});
const whole = eitherCase((name) => `computerDnsName%20eq%20%27${name}%27`);
const label = eitherCase((name) => `startswith(computerDnsName%2C%27${name}%27)`);

describe('planMachineLookup', () => {
  it.each([
    ['id', { id }, [byId]],
    ['id and more', { id, aadDeviceId, computerDnsName: 'pc1', macAddress: '001122334455' }, [byId]],
    ['id and address', { id, ipAddress: '10.0.0.5' }, [byId, byAddress]],
    ['address', { ipAddress: '10.0.0.5' }, [byAddress]],
    ['address and name', { ipAddress: '10.0.0.5', computerDnsName: 'pc1' }, [byAddress]],
    ['address and Entra device', { ipAddress: '10.0.0.5', aadDeviceId }, [byAddress]],
    ['Entra device', { aadDeviceId, computerDnsName: 'pc1' }, [byDevice]],
    ['full name', { computerDnsName: 'Pc1.Example.test' }, [whole('pc1.example.test', 'Pc1.Example.test')]],
    [
      'full name in lower case',
      { computerDnsName: 'pc1.example.test' },
      [whole('pc1.example.test', 'PC1.example.test')],
    ],
    ['full name with its dot', { computerDnsName: 'pc1.' }, [whole('pc1', 'PC1')]],
    ['short name', { computerDnsName: 'DC1' }, [label('dc1', 'DC1')]],
    ['a quote in a name', { computerDnsName: "o'b" }, [label('o%27%27b', 'O%27%27B')]],
    ['letters beyond ASCII', { computerDnsName: 'é&$' }, [label('%C3%A9%26%24', '%C3%89%26%24')]],
    ['nothing that selects', { macAddress: '001122334455' }, []],
  ])('%s', (_name, selector, expected) => {
    expect(planMachineLookup(selector, time)).toEqual(expected);
  });

  it('quotes an address whatever it is', () => {
    const [query] = planMachineLookup({ ipAddress: "fd00::5%1'),x=('" }, time);
    expect(query?.path).toBe(`/api/machines/findbyip(ip='fd00::5%251'')%2Cx%3D(''',timestamp=${time})`);
  });

  it('asks for a successor by its id', () => {
    expect(toRecordQuery(id)).toEqual(byId);
  });
});
