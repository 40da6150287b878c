import { expect, test } from 'vitest';
import type { Defender } from '../../../shared/defender/call.ts';
import { createHunting } from '../../../shared/defender/hunting.client.ts';

const tenant = { tenantId: '6f1c0000-0000-4000-8000-00000000a001', cloud: 'Commercial' } as const;
const columns = [{ name: 'DeviceId', type: 'String' }];

/** A hunting that answers so, and what was sent to it. */
function answering(answer: unknown) {
  const sent: unknown[] = [];
  const request: Defender['request'] = (call) => {
    sent.push(call.body);
    return Promise.resolve({ value: call.schema.parse(answer), status: 200, upstream: {} });
  };
  return { hunting: createHunting({ request, list: () => Promise.resolve([]) }), sent };
}

test.each([
  ['P1D', 'P1D'],
  ['PT2H30M', 'PT2H30M'],
  ['P1W', 'P7D'],
  ['P2W1DT3H', 'P15DT3H'],
])('a timespan of %s is sent as %s: Microsoft knows no weeks', async (timespan, expected) => {
  const { hunting, sent } = answering({ schema: columns, results: [] });
  await hunting.ask(tenant, { query: 'DeviceInfo', timespan });
  expect(sent).toEqual([{ Query: 'DeviceInfo', Timespan: expected }]);
});

test('columns are read in the capitals of the older service too', async () => {
  const { hunting } = answering({ schema: [{ Name: 'DeviceId', Type: 'String' }], results: [{ DeviceId: 'a' }] });
  expect(await hunting.ask(tenant, { query: 'DeviceInfo' })).toEqual({ schema: columns, results: [{ DeviceId: 'a' }] });
});

test('what Graph notes beside the columns is no column', async () => {
  const noted = {
    '@odata.type': '#microsoft.graph.security.huntingRowResult',
    'DeviceId@odata.type': '#String',
    DeviceId: 'a',
  };
  const { hunting } = answering({ schema: columns, results: [noted] });
  expect((await hunting.ask(tenant, { query: 'DeviceInfo' })).results).toEqual([{ DeviceId: 'a' }]);
});
