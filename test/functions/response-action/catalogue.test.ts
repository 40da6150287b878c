import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../functions/response-action/catalogue.ts';
import { describeCatalogue } from '../../../functions/response-action/describe-catalogue.ts';
import { osRules, runsOn } from '../../../functions/response-action/operating-systems.ts';
import { toCall } from '../../../functions/response-action/to-call.ts';
import { toComment } from '../../../functions/response-action/to-comment.ts';
import { operationIdIn } from '../../../shared/operation-mark.ts';
import { actionNames, actionRequestSchema, machineActionNames } from '../../../shared/contract/action.ts';
import { actionRoles } from '../../../shared/defender/roles.ts';

const id = 'a'.repeat(40);
const sha1 = 'd'.repeat(40);
const mark = '[op_aaaaaaaaaaaaaaaaaaaaaaaaaa]';
const comment = `c ${mark}`;
const onMachine = `/api/machines/${id}`;
const params = [{ key: 'ScriptName', value: 'a.ps1' }];

describe('the catalogue', () => {
  it('is the table of the README', () => {
    const readme = readFileSync(new URL('../../../functions/response-action/README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`\n${describeCatalogue()}\n`);
  });

  it('has every action of the contract, with the roles that consent is asked for', () => {
    expect(Object.keys(catalogue)).toEqual(actionNames);
    for (const action of actionNames) expect(catalogue[action].roles).toEqual(actionRoles[action]);
    const nine = actionNames.filter((action) => catalogue[action].kind === 'MachineAction');
    expect(nine).toEqual(machineActionNames);
  });

  it.each([
    [{ action: 'Isolate' }, 'isolate', { Comment: comment, IsolationType: 'Full' }],
    [{ action: 'Isolate', isolationType: 'UnManagedDevice' }, 'isolate', { IsolationType: 'UnManagedDevice' }],
    [{ action: 'Unisolate' }, 'unisolate', { Comment: comment }],
    [{ action: 'RestrictCodeExecution' }, 'restrictCodeExecution', { Comment: comment }],
    [{ action: 'UnrestrictCodeExecution' }, 'unrestrictCodeExecution', { Comment: comment }],
    [{ action: 'RunAntiVirusScan', scanType: 'Quick' }, 'runAntiVirusScan', { Comment: comment, ScanType: 'Quick' }],
    [{ action: 'StopAndQuarantineFile', sha1 }, 'StopAndQuarantineFile', { Comment: comment, Sha1: sha1 }],
    [{ action: 'StopAndQuarantineFile', sha256: 'e'.repeat(64) }, 'StopAndQuarantineFile', { Sha1: 'f'.repeat(40) }],
    [{ action: 'CollectInvestigationPackage' }, 'collectInvestigationPackage', { Comment: comment }],
    [
      { action: 'LiveResponse', commands: [{ type: 'RunScript', params }] },
      'runliveresponse',
      { Commands: [{ type: 'RunScript', params }], Comment: comment },
    ],
    [{ action: 'Offboard' }, 'offboard', { Comment: comment }],
    [{ action: 'AddTag', tag: 't' }, 'tags', { Value: 't', Action: 'Add' }],
    [{ action: 'RemoveTag', tag: 't' }, 'tags', { Value: 't', Action: 'Remove' }],
    [{ action: 'SetDeviceValue', deviceValue: 'High' }, 'setDeviceValue', { DeviceValue: 'High' }],
  ])('%j', (request, path, body) => {
    const parsed = actionRequestSchema.parse({ machine: { id }, comment: 'c', ...request });
    const call = toCall(parsed, { machineId: id }, { comment, sha1: 'f'.repeat(40) });
    expect(call).toMatchObject({ method: 'POST', path: `${onMachine}/${path}`, body });
  });

  it('an alert is written to by its own path', () => {
    const update = actionRequestSchema.parse({
      action: 'UpdateAlert',
      alertId: 'da1/_2',
      comment: 'c',
      status: 'Resolved',
    });
    const call = toCall(update, { alertId: 'da1/_2' }, { comment });
    expect(call).toMatchObject({
      method: 'PATCH',
      path: '/api/alerts/da1%2F_2',
      body: { status: 'Resolved', comment },
    });
  });
});

describe('operating systems', () => {
  const { fullIsolation, selectiveIsolation, restriction, offboarding } = osRules;
  it.each([
    [fullIsolation, 'Windows11', undefined, true],
    [fullIsolation, 'Windows10', '1703', true],
    [fullIsolation, 'Windows10', '1607', false],
    [selectiveIsolation, 'Windows10', '1703', false],
    [selectiveIsolation, 'Windows10', '1709', true],
    [selectiveIsolation, 'Windows10', '20H2', true],
    [selectiveIsolation, 'Windows10', undefined, true],
    [selectiveIsolation, 'Windows10', 'vNext', true],
    [selectiveIsolation, 'Linux', undefined, false],
    [fullIsolation, 'Linux', undefined, true],
    [fullIsolation, 'macOS', '14', false],
    [restriction, 'WindowsServer2016', '1607', false],
    [restriction, 'WindowsServer2022', undefined, true],
    [restriction, 'WindowsServer', undefined, true],
    [offboarding, 'WindowsServer2012R2', undefined, true],
    [fullIsolation, 'Windows7', undefined, false],
    [fullIsolation, 'Android', undefined, false],
    [fullIsolation, 'Windows12', undefined, true],
    [fullIsolation, undefined, undefined, true],
    [undefined, 'iOS', undefined, true],
  ])('%j on %s %s: %s', (rule, osPlatform, version, expected) => {
    expect(runsOn(rule, { osPlatform, version })).toBe(expected);
  });
});

describe('comments', () => {
  const operationId = mark.slice(1, -1);

  it.each([
    [{ comment: 'Case 17', operationId }, `Case 17 ${mark}`],
    [
      { comment: 'Case 17', approvedBy: 'ana@example.test', operationId },
      `Case 17 (approved by ana@example.test) ${mark}`,
    ],
    [{ comment: 'Case 17', operationId: undefined }, 'Case 17 [op_…]'],
  ])('%j', (parts, expected) => {
    expect(toComment(parts)).toBe(expected);
  });

  it('what is too long is cut before the mark, never within a character', () => {
    const long = toComment({ comment: `${'x'.repeat(967)}😀${'y'.repeat(31)}`, operationId });
    expect(long).toBe(`${'x'.repeat(967)} ${mark}`);
    expect(toComment({ comment: 'x'.repeat(1000), approvedBy: 'ana', operationId })).toHaveLength(1000);
  });

  it.each([
    [`c ${mark}`, operationId],
    [`[op_bbbbbbbbbbbbbbbbbbbbbbbbbb] c ${mark} `, operationId],
    [`${mark} c`, undefined],
    [undefined, undefined],
  ])('%s bears %s', (text, expected) => {
    expect(operationIdIn(text)).toBe(expected);
  });
});
