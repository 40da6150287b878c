import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finding, setUpAlertIngest } from '../../builders/alert-ingest.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { withField } from '../../builders/refusals.ts';
import { operationOf } from '../../builders/response-action.ts';
import { alertCreatedSchema, alertUpdatedSchema } from '../../../shared/contract/alert.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
let bench: Awaited<ReturnType<typeof setUpAlertIngest>>;
beforeAll(async () => {
  simulator = await startMicrosoft();
  bench = await setUpAlertIngest(simulator);
});
afterAll(() => simulator.stop());

type Case = readonly [path: string, value: unknown, pointer: string, code: string];
const of = (path: string, value: unknown, code: string, pointer = path): Case => [path, value, pointer, code];

/** Every text is required or not, a text, and between two lengths. */
const text = (name: string, max: number, isRequired: boolean): readonly Case[] => [
  ...(isRequired ? [of(name, undefined, 'required')] : []),
  ...[null, 7, ['x']].map((value) => of(name, value, 'invalid_type')),
  ...[of(name, '', 'too_short'), of(name, 'x'.repeat(max + 1), 'too_long')],
];

const created: readonly Case[] = [
  ...[...text('id', 128, true), ...text('title', 256, true), ...text('description', 4000, true)],
  ...text('recommendedAction', 1000, false),
  ...['severity', 'category'].flatMap((name) => [
    ...[of(name, undefined, 'required'), of(name, 3, 'invalid_type'), of(name, 'high', 'invalid_value')],
  ]),
  ...[of('eventTime', undefined, 'required'), of('eventTime', 0, 'invalid_type')],
  ...[
    of('eventTime', '2026-11-20 10:00:00', 'invalid_format'),
    of('eventTime', '2026-02-30T10:00:00Z', 'invalid_format'),
  ],
  ...[
    of('eventTime', '2026-10-21T09:59:59Z', 'invalid_value'),
    of('eventTime', '2026-11-20T10:05:01Z', 'invalid_value'),
  ],
  ...[of('machine', undefined, 'required'), of('machine', 'pc1', 'invalid_type'), of('machine', {}, 'required')],
  of('machine', { computerDnsName: "pc1' or 1 eq 1" }, 'invalid_format', 'machine/computerDnsName'),
  of('machine', { ipAddress: '127.0.0.1' }, 'invalid_value', 'machine/ipAddress'),
  of('machine', { computerDnsName: 'pc1', name: 'x' }, 'unknown_field', 'machine/name'),
  ...[of('evidence', {}, 'invalid_type'), of('evidence', Array(51).fill(finding.evidence[0]), 'too_long')],
  of('evidence', [{ entityType: 'Ip', ipAddress: "1.2.3.4' | take 1" }], 'invalid_format', 'evidence/0/ipAddress'),
  of('evidence', [{ entityType: 'Registry' }], 'invalid_value', 'evidence/0/entityType'),
  ...[
    of('reportId', 7, 'invalid_type'),
    of('reportId', '7x', 'invalid_format'),
    of('reportId', '7', 'required', 'machine/id'),
  ],
  ...[of('mitreTechniques', 'T1071', 'invalid_type'), of('mitreTechniques', Array(21).fill('T1071'), 'too_long')],
  of('mitreTechniques', ['T1'], 'invalid_format', 'mitreTechniques/0'),
  ...[of('sourceUrl', 7, 'invalid_type'), of('sourceUrl', 'http://a.example', 'invalid_format')],
  of('confidence', 1, 'unknown_field'),
];

const updated: readonly Case[] = [
  ...[...text('id', 128, true), ...text('assignedTo', 256, false), ...text('comment', 1000, false)],
  ...['status', 'classification', 'determination'].flatMap((name) => [
    ...[of(name, 3, 'invalid_type'), of(name, null, 'invalid_type'), of(name, 'resolved', 'invalid_value')],
  ]),
  of('determination', 'Clean', 'mismatch'),
  of('severity', 'High', 'unknown_field'),
];
const update = { id: finding.id, status: 'Resolved', classification: 'TruePositive' };

describe.each([
  ['alert.created', finding, created, alertCreatedSchema],
  ['alert.updated', update, updated, alertUpdatedSchema],
] as const)('%s', (type, good, cases, schema) => {
  it.each(cases)('%s = %j: %s %s', async (path, value, pointer, code) => {
    const answer = await bench.send({ data: withField(good, path, value), envelope: { type } });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_field' } });
    expect(answer.json).toMatchObject({ errors: [{ pointer: `#/data/${pointer}`, code }] });
  });

  it('has a case for every field', () => {
    const tried = new Set(cases.map(([path]) => path));
    expect(Object.keys(schema.shape).filter((name) => !tried.has(name))).toEqual([]);
  });
});

describe('hostile text', () => {
  const hostile = `'"; | take 1 // \\" union * ' or 1 eq 1 </script> {{x}} %00 ../.. \u202e\u{1F512}`;

  it('stays text in an alert, and finds no more than it should', async () => {
    const { send, made } = await setUpAlertIngest(simulator);
    const evidence = [
      ...finding.evidence,
      { entityType: 'Process', processCommandLine: hostile },
      { entityType: 'User', accountName: hostile, domainName: hostile },
    ];
    const data = {
      ...finding,
      id: hostile,
      title: hostile,
      description: hostile,
      recommendedAction: hostile,
      evidence,
    };
    const operation = operationOf(await send({ data }));
    expect(operation).toMatchObject({ status: 'Succeeded', result: { event: { matchedBy: 'Evidence' } } });
    expect(made()).toMatchObject([{ title: hostile, description: `${hostile}\n\n[${operation.id}]` }]);
    expect(await send({ data, key: 'key-2' })).toMatchObject({ status: 409, json: { code: 'alert_exists' } });
    const change = { id: hostile, assignedTo: hostile, comment: hostile };
    const changed = operationOf(await send({ key: 'key-3', data: change, envelope: { type: 'alert.updated' } }));
    expect(changed.status).toBe('Succeeded');
    expect(made()).toMatchObject([{ assignedTo: hostile, comments: [{ comment: `${hostile} [${changed.id}]` }] }]);
  });
});

it('takes 256 KiB, and not a byte more', async () => {
  const { send } = await setUpAlertIngest(simulator);
  const evidence = Array.from({ length: 7 }, () => ({ entityType: 'Process', processCommandLine: 'x'.repeat(32_768) }));
  expect((await send({ data: { ...finding, evidence } })).status).toBe(200);
  const more = [...evidence, ...evidence.slice(0, 1)];
  const answer = await send({ key: 'key-2', data: { ...finding, id: 'finding-2', evidence: more } });
  expect(answer).toMatchObject({ status: 413, json: { code: 'body_too_large' } });
});
