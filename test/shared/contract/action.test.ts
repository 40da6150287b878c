import { describe, expect, it } from 'vitest';
import { actionNames, actionRequestSchema } from '../../../shared/contract/action.ts';
import { actionEnvelopeSchema } from '../../../shared/contract/event.ts';
import { refusals } from '../../builders/refusals.ts';

const machine = { computerDnsName: 'pc1.example.test' };
const comment = 'Case 17';
const on = { machine, comment };
const sha1 = 'A'.repeat(40);
const indicator = { indicatorType: 'IpAddress', indicatorValue: '203.0.113.9' };
const script = { type: 'RunScript', params: [{ key: 'ScriptName', value: 'triage.ps1' }] };
const get = { type: 'GetFile', params: [{ key: 'Path', value: 'C:\\t.zip' }] };
const put = { type: 'PutFile', params: [{ key: 'FileName', value: 'a.ps1' }] };

describe('action.requested', () => {
  const taken: readonly Readonly<Record<string, unknown>>[] = [
    { action: 'Isolate', ...on, releaseAfter: 'PT5M' },
    { action: 'Isolate', ...on, isolationType: 'UnManagedDevice', releaseAfter: 'P30D' },
    { action: 'Unisolate', ...on },
    { action: 'RestrictCodeExecution', ...on, releaseAfter: 'PT4H' },
    { action: 'UnrestrictCodeExecution', ...on },
    { action: 'RunAntiVirusScan', ...on, scanType: 'Full' },
    { action: 'StopAndQuarantineFile', ...on, sha256: 'b'.repeat(64) },
    { action: 'CollectInvestigationPackage', ...on },
    { action: 'LiveResponse', ...on, commands: [put, put, script, get] },
    { action: 'Offboard', ...on },
    { action: 'AddTag', ...on, tag: 'pilot' },
    { action: 'RemoveTag', ...on, tag: 'pilot' },
    { action: 'SetDeviceValue', ...on, deviceValue: 'High' },
    { action: 'UpdateAlert', comment, alertId: 'da639_1' },
    { action: 'UpdateAlert', comment, alertId: 'da639_1', status: 'Resolved', assignedTo: 'ana@example.test' },
    { action: 'SubmitIndicator', comment, indicator: { ...indicator, action: 'Block', generateAlert: true } },
    { action: 'DeleteIndicator', comment, indicator },
  ];

  it.each(taken)('%j is taken', (request) => {
    expect(refusals(actionRequestSchema, request)).toEqual([]);
  });

  it('every action of the catalogue is there', () => {
    expect(new Set(taken.map(({ action }) => action))).toEqual(new Set(actionNames));
  });

  it('isolation is full unless said; hashes are kept in lower case', () => {
    expect(actionRequestSchema.parse({ action: 'Isolate', ...on })).toMatchObject({ isolationType: 'Full' });
    expect(actionRequestSchema.parse({ action: 'StopAndQuarantineFile', ...on, sha1 })).toMatchObject({
      sha1: sha1.toLowerCase(),
    });
  });

  it.each<readonly [input: unknown, refusal: string]>([
    [{ ...on }, '#/action required'],
    [{ action: 'isolate', ...on }, '#/action invalid_value'],
    [{ action: 5, ...on }, '#/action invalid_type'],
    [{ action: 'Isolate', comment }, '#/machine required'],
    [{ action: 'Isolate', machine }, '#/comment required'],
    [{ action: 'Isolate', machine, comment: '' }, '#/comment too_short'],
    [{ action: 'Isolate', machine, comment: 'c'.repeat(1001) }, '#/comment too_long'],
    [{ action: 'Isolate', ...on, isolationType: 'Partial' }, '#/isolationType invalid_value'],
    [{ action: 'Isolate', ...on, releaseAfter: 'PT4M' }, '#/releaseAfter invalid_value'],
    [{ action: 'Isolate', ...on, releaseAfter: 'P31D' }, '#/releaseAfter invalid_value'],
    [{ action: 'Unisolate', ...on, releaseAfter: 'PT1H' }, '#/releaseAfter unknown_field'],
    [{ action: 'Unisolate', comment, machine: { macAddress: '001122334455' } }, '#/machine required'],
    [{ action: 'RunAntiVirusScan', ...on }, '#/scanType required'],
    [{ action: 'RunAntiVirusScan', ...on, scanType: 'Deep' }, '#/scanType invalid_value'],
    [{ action: 'StopAndQuarantineFile', ...on }, '# required'],
    [{ action: 'StopAndQuarantineFile', ...on, sha1: 'x' }, '#/sha1 invalid_format'],
    [{ action: 'StopAndQuarantineFile', ...on, sha1, md5: 'x' }, '#/md5 unknown_field'],
    [{ action: 'LiveResponse', ...on }, '#/commands required'],
    [{ action: 'LiveResponse', ...on, commands: [] }, '#/commands too_short'],
    [{ action: 'LiveResponse', ...on, commands: Array(11).fill(get) }, '#/commands too_long'],
    [{ action: 'LiveResponse', ...on, commands: [get, script] }, '#/commands invalid_value'],
    [{ action: 'LiveResponse', ...on, commands: [{ ...get, type: 'Delete' }] }, '#/commands/0/type invalid_value'],
    [{ action: 'LiveResponse', ...on, commands: [{ ...script, params: [] }] }, '#/commands/0/params required'],
    [{ action: 'LiveResponse', ...on, commands: [{ type: 'GetFile' }] }, '#/commands/0/params required'],
    [
      { action: 'LiveResponse', ...on, commands: [{ type: 'GetFile', params: [{ key: 'Path' }] }] },
      '#/commands/0/params/0/value required',
    ],
    [{ action: 'AddTag', ...on }, '#/tag required'],
    [{ action: 'AddTag', ...on, tag: '' }, '#/tag too_short'],
    [{ action: 'RemoveTag', ...on, tag: 't'.repeat(201) }, '#/tag too_long'],
    [{ action: 'SetDeviceValue', ...on, deviceValue: 'Medium' }, '#/deviceValue invalid_value'],
    [{ action: 'UpdateAlert', comment }, '#/alertId required'],
    [{ action: 'UpdateAlert', comment, alertId: 'a', machine }, '#/machine unknown_field'],
    [{ action: 'UpdateAlert', comment, alertId: 'a', status: 'Open' }, '#/status invalid_value'],
    [
      { action: 'UpdateAlert', comment, alertId: 'a', classification: 'TruePositive', determination: 'Clean' },
      '#/determination mismatch',
    ],
    [{ action: 'SubmitIndicator', comment }, '#/indicator required'],
    [{ action: 'SubmitIndicator', comment, indicator }, '#/indicator/action required'],
    [
      { action: 'SubmitIndicator', comment, indicator: { ...indicator, action: 'Alert' } },
      '#/indicator/action invalid_value',
    ],
    [
      { action: 'SubmitIndicator', comment, indicator: { ...indicator, action: 'Block', revoked: true } },
      '#/indicator/revoked unknown_field',
    ],
    [
      { action: 'DeleteIndicator', comment, indicator: { ...indicator, action: 'Block' } },
      '#/indicator/action unknown_field',
    ],
    [
      { action: 'DeleteIndicator', comment, indicator: { indicatorType: 'Ip', indicatorValue: 'x' } },
      '#/indicator/indicatorType invalid_value',
    ],
  ])('%j is refused', (input, refusal) => {
    expect(refusals(actionRequestSchema, input)).toEqual([refusal]);
  });

  it('its envelope takes one type only', () => {
    const envelope = {
      timestamp: '2026-11-20T10:00:09Z',
      tenantId: '6f1c0000-0000-4000-8000-00000000a001',
      data: { action: 'Unisolate', ...on },
    };
    expect(refusals(actionEnvelopeSchema, { type: 'action.requested', ...envelope, dryRun: true })).toEqual([]);
    expect(refusals(actionEnvelopeSchema, { type: 'action.asked', ...envelope })).toEqual(['#/type invalid_value']);
    expect(refusals(actionEnvelopeSchema, envelope)).toEqual(['#/type required']);
  });
});
