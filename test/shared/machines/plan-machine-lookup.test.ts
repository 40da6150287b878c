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

describe('planMachineLookup', () => {
  it.each([
    ['id', { id }, [byId]],
    ['id and more', { id, aadDeviceId, computerDnsName: 'pc1', macAddress: '001122334455' }, [byId]],
    ['id and address', { id, ipAddress: '10.0.0.5' }, [byId, byAddress]],
    ['address', { ipAddress: '10.0.0.5' }, [byAddress]],
    ['address and name', { ipAddress: '10.0.0.5', computerDnsName: 'pc1' }, [byAddress]],
    ['address and Entra device', { ipAddress: '10.0.0.5', aadDeviceId }, [byAddress]],
    ['Entra device', { aadDeviceId, computerDnsName: 'pc1' }, [byDevice]],
    ['full name', { computerDnsName: 'PC1.Example.test' }, [records('computerDnsName%20eq%20%27pc1.example.test%27')]],
    ['full name with its dot', { computerDnsName: 'pc1.' }, [records('computerDnsName%20eq%20%27pc1%27')]],
    ['short name', { computerDnsName: 'DC1' }, [records('startswith(computerDnsName%2C%27dc1%27)')]],
    ['a quote in a name', { computerDnsName: "o'b" }, [records('startswith(computerDnsName%2C%27o%27%27b%27)')]],
    ['letters beyond ASCII', { computerDnsName: 'é&$' }, [records('startswith(computerDnsName%2C%27%C3%A9%26%24%27)')]],
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
