import { describe, expect, it } from 'vitest';
import { nextFollowAtMs } from '../../../../functions/response-action/machine-action/follow-schedule.ts';
import { planTurn } from '../../../../functions/response-action/machine-action/plan-turn.ts';
import type { TurnQuestion } from '../../../../functions/response-action/machine-action/plan-turn.ts';
import { toRelease } from '../../../../functions/response-action/machine-action/to-release.ts';
import { toActionOperation } from '../../../../shared/actions/action-operation.ts';
import { actionRequestSchema } from '../../../../shared/contract/action.ts';
import { defenderMachineActionSchema } from '../../../../shared/defender/machine-action-rows.ts';
import type { DefenderMachineAction } from '../../../../shared/defender/machine-action-rows.ts';

const clientId = '0b7c0000-0000-4000-8000-0000000000aa';
const own = `op_${'a'.repeat(26)}`;
const other = `op_${'b'.repeat(26)}`;
const machine = { id: 'a'.repeat(40) };
const request = (data: object) => actionRequestSchema.parse({ machine, comment: 'c', ...data });
const isolate = request({ action: 'Isolate' });
const unisolate = request({ action: 'Unisolate' });

let made = 0;
/** Made after the one before, by somebody else, unless it says otherwise. */
function action(type: string, status: string, more: object = {}): DefenderMachineAction {
  made += 1;
  const creationDateTimeUtc = new Date(Date.parse('2026-11-20T10:00:00Z') + made * 1000).toISOString();
  const scope = type === 'Isolate' ? 'Full' : null;
  const theirs = { requestor: 'ana@example.test', requestorComment: 'By hand' };
  return defenderMachineActionSchema.parse({
    id: `a${made}`,
    type,
    status,
    scope,
    creationDateTimeUtc,
    ...theirs,
    ...more,
  });
}
const ours = (id = other) => ({ requestor: clientId.toUpperCase(), requestorComment: `c [${id}]` });
const question = (over: Partial<TurnQuestion> = {}): TurnQuestion => ({
  ...{ request: isolate, operationId: own, clientId, undoOthers: false },
  ...over,
});

const held = action('Isolate', 'Succeeded', ours());
const reverses = { request: unisolate, reverses: { machineActionId: held.id } };

describe('planTurn', () => {
  it.each([
    ['nothing ever ran', {}, [], 'Send'],
    ['something else runs', {}, [action('RunAntiVirusScan', 'Pending')], 'Send'],
    ['the same ended', {}, [action('Isolate', 'Succeeded')], 'Send'],
    ['the same runs', {}, [action('Isolate', 'InProgress')], 'Join'],
    ['the same is being canceled', {}, [action('Isolate', 'Pending', { cancellationRequestor: 'ana' })], 'Wait'],
    ['it runs with other parameters', {}, [action('Isolate', 'Pending', { scope: 'Selective' })], 'Wait'],
    ['it runs, nobody says how', {}, [action('Isolate', 'Pending', { scope: null })], 'Wait'],
    ['its undoing runs', {}, [action('Unisolate', 'Pending', ours())], 'Wait'],
    ['it is in a state that nobody knows', {}, [action('Unisolate', 'Paused')], 'Wait'],
    ['its own is there after all', {}, [action('Isolate', 'Failed', ours(own))], 'Found'],
    ['its own, the requestor left empty', {}, [action('Isolate', 'Pending', { ...ours(own), requestor: '' })], 'Found'],
    ['its mark, copied by a person', {}, [action('Isolate', 'Pending', { requestorComment: `see [${own}]` })], 'Join'],
    [
      'its mark, copied by another application',
      { request: unisolate },
      [action('Isolate', 'Succeeded', { ...ours(own), requestor: '0b7c0000-0000-4000-8000-0000000000ab' })],
      'RefuseOthers',
    ],
    ['undoing ours while it is pending', { request: unisolate }, [action('Isolate', 'Pending', ours())], 'CancelOurs'],
    ['undoing ours in progress', { request: unisolate }, [action('Isolate', 'InProgress', ours())], 'Wait'],
    ["undoing somebody else's pending", { request: unisolate }, [action('Isolate', 'Pending')], 'Wait'],
    [
      'undoing what bears a mark that is not ours',
      { request: unisolate },
      [action('Isolate', 'Pending', { requestorComment: `c [${other}]` })],
      'Wait',
    ],
    ['undoing nothing', { request: unisolate }, [], 'Send'],
    ['undoing ours', { request: unisolate }, [action('Isolate', 'Succeeded', ours())], 'Send'],
    ["undoing others'", { request: unisolate }, [action('Isolate', 'Succeeded')], 'RefuseOthers'],
    ["undoing others', as we may", { request: unisolate, undoOthers: true }, [action('Isolate', 'Succeeded')], 'Send'],
    ["undoing others' that failed", { request: unisolate }, [action('Isolate', 'TimeOut')], 'Send'],
    [
      "undoing others' that was released",
      { request: unisolate },
      [action('Isolate', 'Succeeded'), action('Unisolate', 'Succeeded')],
      'Send',
    ],
    [
      "undoing ours on top of others'",
      { request: unisolate },
      [action('Isolate', 'Succeeded'), action('Isolate', 'Succeeded', ours())],
      'RefuseOthers',
    ],
    ['the time of ours is over', reverses, [held], 'Send'],
    ['and Defender forgot it', reverses, [], 'Send'],
    ['and it is released', reverses, [held, action('Unisolate', 'Succeeded')], 'Superseded'],
    ['and it is isolated again', reverses, [held, action('Isolate', 'Succeeded')], 'Superseded'],
    ['and we isolated it again', reverses, [held, action('Isolate', 'Succeeded', ours())], 'Superseded'],
    ['and a release failed', reverses, [held, action('Unisolate', 'Failed')], 'Send'],
    ['and somebody is at it', reverses, [held, action('Unisolate', 'Pending')], 'Wait'],
    ['and ours is pending again', reverses, [held, action('Isolate', 'Pending', ours())], 'Wait'],
    [
      'and others had isolated it before',
      reverses,
      [action('Isolate', 'Succeeded', { creationDateTimeUtc: '2026-11-19T10:00:00Z' }), held],
      'Superseded',
    ],
  ] as const)('%s', (_case, over, actions, turn) => {
    expect(planTurn(question(over), actions).turn).toBe(turn);
    expect(planTurn(question(over), actions.toReversed()).turn).toBe(turn);
  });

  it.each([
    [{ releaseAfter: 'PT5M' }, 'PT5M', 'Join'],
    [{ releaseAfter: 'PT60M' }, 'PT1H', 'Join'],
    [{ releaseAfter: 'PT5M' }, 'PT6M', 'Wait'],
    [{ releaseAfter: 'PT5M' }, undefined, 'Wait'],
    [{}, 'PT5M', 'Wait'],
  ])('%j while ours runs that is released after %s: %s', (more, releaseAfter, turn) => {
    const asked = question({
      request: request({ action: 'Isolate', ...more }),
      releases: new Map(releaseAfter === undefined ? [] : [[other, releaseAfter]]),
    });
    expect(planTurn(asked, [action('Isolate', 'Pending', ours())]).turn).toBe(turn);
    expect(planTurn(asked, [action('Isolate', 'Pending')]).turn).toBe('Join');
  });

  it.each([
    ['ours stood before', [action('Isolate', 'Succeeded', ours())], true],
    ['it was released', [action('Isolate', 'Succeeded', ours()), action('Unisolate', 'Succeeded')], false],
    ["others' stands, which is not ours to undo", [action('Isolate', 'Succeeded')], false],
    ['nothing stood', [], false],
  ])('what is canceled in place of being undone: %s', (_case, before, isHeldBesides) => {
    const pending = action('Isolate', 'Pending', ours());
    expect(planTurn(question({ request: unisolate }), [...before, pending])).toEqual({
      ...{ turn: 'CancelOurs', machineActionId: pending.id, operationId: other, isHeldBesides },
    });
  });

  it.each([
    [{ action: 'RunAntiVirusScan', scanType: 'Quick' }, { scope: 'Quick' }, 'Join'],
    [{ action: 'RunAntiVirusScan', scanType: 'Quick' }, { scope: 'Full' }, 'Wait'],
    [{ action: 'CollectInvestigationPackage' }, {}, 'Join'],
    [{ action: 'StopAndQuarantineFile', sha1: 'd'.repeat(40) }, { file: 'D'.repeat(40) }, 'Join'],
    [{ action: 'StopAndQuarantineFile', sha1: 'd'.repeat(40) }, { file: 'e'.repeat(40) }, 'Send'],
    [{ action: 'StopAndQuarantineFile', sha1: 'd'.repeat(40) }, {}, 'Wait'],
    [{ action: 'LiveResponse', commands: ['a.ps1'] }, { commands: ['a.ps1'] }, 'Join'],
    [{ action: 'LiveResponse', commands: ['a.ps1'] }, { commands: ['b.ps1'] }, 'Wait'],
  ])('%j while %j runs: %s', (data, { file, commands = [], ...more }: RunningParts, turn) => {
    const toCommand = (value: string) => ({ type: 'RunScript', params: [{ key: 'ScriptName', value }] });
    const asked = request({ ...data, ...('commands' in data ? { commands: data.commands.map(toCommand) } : {}) });
    const running = action(data.action, 'Pending', {
      ...more,
      ...(file === undefined ? {} : { relatedFileInfo: { fileIdentifier: file, fileIdentifierType: 'Sha1' } }),
      commands: commands.map((value, index) => ({ index, commandStatus: 'Created', command: toCommand(value) })),
    });
    expect(planTurn(question({ request: asked, sha1: 'd'.repeat(40) }), [running]).turn).toBe(turn);
  });

  it('a try that ended is not found again, a newer one is', () => {
    const ended = action('Unisolate', 'Failed', ours(own));
    const asked = question({ ...reverses, endedId: ended.id });
    expect(planTurn(asked, [held, ended]).turn).toBe('Send');
    expect(planTurn(asked, [held, ended, action('Unisolate', 'Pending', ours(own))]).turn).toBe('Found');
  });
});

interface RunningParts {
  readonly scope?: string;
  readonly file?: string;
  readonly commands?: readonly string[];
}

describe('nextFollowAtMs', () => {
  const minuteMs = 60_000;
  it.each([
    [0, 0, 1],
    [0, 9.5, 10],
    [0, 10, 15],
    [0, 12, 15],
    [0, 60, 75],
    [0, 24 * 60, 25 * 60],
    [0.5, 0.5, 1],
    [3.2, 20.1, 25],
  ])('of %s minutes, at %s: %s', (since, now, expected) => {
    expect(nextFollowAtMs(since * minuteMs, now * minuteMs)).toBe(expected * minuteMs);
  });
});

describe('toRelease', () => {
  it.each([
    ['Isolate', 'Unisolate'],
    ['RestrictCodeExecution', 'UnrestrictCodeExecution'],
  ])('%s is undone by %s', (done, undoing) => {
    const operation = { id: own, tenantId: 't', callerId: 'soar' };
    const given = { operation, machine, machineActionId: 'm', dueAtMs: 7 };
    const order = toRelease({ ...given, data: request({ action: done, comment: 'x'.repeat(1000) }) });
    expect(order.action.data).toMatchObject({ action: undoing, machine });
    expect(order.action.data.comment).toHaveLength(1000);
    expect(toActionOperation(order)).toMatchObject({
      ...{ dedupeKey: `release|${own}`, dueAtMs: 7, neverGivesUp: true, ignoresBacklog: true },
      result: { action: undoing, reverses: own },
    });
    expect(toActionOperation(order).submitByMs).toBeUndefined();
  });

  it('nothing else is released', () => {
    const given = { operation: { id: own, tenantId: 't' }, machine, machineActionId: 'm', dueAtMs: 7 };
    expect(() => toRelease({ ...given, data: request({ action: 'Offboard' }) })).toThrow('Nothing undoes Offboard.');
  });
});
