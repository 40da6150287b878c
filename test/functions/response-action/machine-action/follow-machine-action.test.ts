import { describe, expect, it } from 'vitest';
import { nextMachineActionStep } from '../../../../functions/response-action/machine-action/next-machine-action-step.ts';
import {
  begin,
  canceled,
  canceledFacts,
  canceling,
  data,
  ends,
  facts,
  fails,
  following,
  lateFacts,
  later,
  minuteMs,
  nowMs,
  releaseFacts,
  superseded,
  told,
} from '../../../builders/machine-action-steps.ts';
import type { StepCase } from '../../../builders/machine-action-steps.ts';

const cases: readonly StepCase[] = [
  ['followed', begin(following), facts(), { do: 'AskAction' }],
  ['pending', told('Pending'), facts(), later('Pending', { dueAtMs: nowMs + minuteMs })],
  ['in progress', told('InProgress'), facts(), later('InProgress')],
  [
    'in a state that nobody knows',
    told('Paused'),
    facts(),
    later('Pending', { result: { machineActionStatus: 'Paused' } }),
  ],
  ['succeeded', told('Succeeded'), facts(), ends({ outcome: 'Done', upstream: { machineActionId: 'm' } })],
  ['succeeded, canceled too late', told('Succeeded'), canceledFacts, ends({ outcome: 'Done' })],
  [
    'succeeded for a time',
    told('Succeeded'),
    facts({ action: { data: data({ releaseAfter: 'PT5M' }) } }),
    { do: 'Release', afterMs: 5 * minuteMs },
  ],
  [
    "succeeded for a time, somebody else's",
    told('Succeeded', {}, { ...following, isJoined: true }),
    facts({ action: { data: data({ releaseAfter: 'PT5M' }) } }),
    ends({ outcome: 'Done' }),
  ],
  ['failed', told('Failed'), facts(), fails('action_failed')],
  ['timed out', told('TimeOut'), facts(), fails('action_timed_out')],
  ['cancelled', told('Cancelled'), facts(), canceled],
  ['a release failed', told('Failed'), releaseFacts, later('Submitting', { state: { at: 'Preparing', endedId: 'm' } })],
  ['a release was cancelled', told('Cancelled'), releaseFacts, superseded],
  ['canceling', told('Pending'), canceledFacts, { do: 'Cancel', state: { cancel: 'Asked' } }],
  ['canceling, heard', told('Pending', {}, { ...following, cancel: 'Answered' }), canceledFacts, later('Canceling')],
  ['canceling, by somebody', told('Pending', { cancellationRequestor: 'ana' }), canceledFacts, later('Canceling')],
  ['canceling what we joined', told('Pending', {}, { ...following, isJoined: true }), canceledFacts, canceled],
  ['unknown', { news: 'Action', state: following, action: undefined }, facts(), later('Pending')],
  [
    'unknown for long',
    { news: 'Action', state: { ...following, submittedAtMs: 0 }, action: undefined },
    facts(),
    fails('action_failed'),
  ],
  [
    'ours is canceled',
    told('Cancelled', {}, canceling),
    facts(),
    ends({ outcome: 'Done', result: { canceledInstead: canceling.operationId } }),
  ],
  ['ours is to be canceled', told('Pending', {}, canceling), facts(), { do: 'Cancel' }],
  ['ours is being canceled', told('Pending', { cancellationRequestor: 'app' }, canceling), facts(), later('Canceling')],
  ['ours held after all', told('Succeeded', {}, canceling), facts(), { do: 'AskMachine' }],
  ['ours held after all, too late', told('Succeeded', {}, canceling), lateFacts, fails('expired')],
  ['ours held after all, canceled', told('Succeeded', {}, canceling), canceledFacts, canceled],
];

describe('nextMachineActionStep, of what Defender has', () => {
  it.each(cases)('%s', (_case, news, given, expected) => {
    const step = nextMachineActionStep(news, given);
    expect(step).toMatchObject(expected);
    if (step.do === 'End' && step.outcome.outcome === 'Later') expect(step.outcome.dueAtMs).toBeGreaterThan(nowMs);
  });
});
