import { describe, expect, it } from 'vitest';
import { nextMachineActionStep } from '../../../../functions/response-action/machine-action/next-machine-action-step.ts';
import {
  begin,
  canceled,
  canceledFacts,
  data,
  ends,
  facts,
  fails,
  found,
  lateFacts,
  later,
  machine,
  machineAction,
  minuteMs,
  nowMs,
  operationId,
  prepared,
  preparing,
  refused,
  release,
  releaseFacts,
  sending,
} from '../../../builders/machine-action-steps.ts';
import type { StepCase } from '../../../builders/machine-action-steps.ts';

const cases: readonly StepCase[] = [
  ['begins', begin(preparing), facts(), { do: 'AskMachine' }],
  ['begins, not allowed', begin(preparing), facts({}, { allowed: [] }), fails('refused_by_policy')],
  ['begins, canceled', begin(preparing), canceledFacts, canceled],
  ['begins, too late', begin(preparing), lateFacts, fails('expired')],
  [
    'begins, too late after a conflict',
    begin({ ...preparing, turnedBack: 'Conflict' }),
    lateFacts,
    fails('action_conflict'),
  ],
  ['begins a release', begin(preparing), facts({ action: release }, { allowed: [] }), { do: 'AskMachine' }],
  [
    'begins a release in Observe',
    begin(preparing),
    facts({ action: release }, { mode: 'Observe' }),
    later('Submitting'),
  ],
  ['finds a machine', found(), facts(), { do: 'AskActions' }],
  [
    'finds none',
    { news: 'Machine', state: preparing, found: { error: { code: 'machine_not_found', message: '' } } },
    facts(),
    fails('machine_not_found'),
  ],
  [
    'finds none to release',
    { news: 'Machine', state: preparing, found: { error: { code: 'machine_not_found', message: '' } } },
    releaseFacts,
    later('Submitting'),
  ],
  [
    'finds a protected one',
    found({ machineTags: ['vip'] }),
    facts({}, { protectedTags: ['vip'] }),
    fails('refused_by_policy'),
  ],
  ['finds another system', found({ osPlatform: 'macOS' }), facts(), fails('os_not_supported')],
  [
    'finds a server',
    found({ osPlatform: 'WindowsServer2022' }),
    facts(),
    later('AwaitingApproval', { state: { machine } }),
  ],
  [
    'finds a server, approved',
    found({ osPlatform: 'WindowsServer2022' }),
    facts({ approvedBy: 'ana' }),
    { do: 'AskActions' },
  ],
  [
    'finds a server, observed',
    found({ osPlatform: 'WindowsServer2022' }),
    facts({}, { mode: 'Observe' }),
    ends({ outcome: 'Done', result: { observed: true } }),
  ],
  ['finds a server to release', found({ osPlatform: 'WindowsServer2022' }), releaseFacts, { do: 'AskActions' }],
  [
    'needs a file',
    found(),
    facts({ action: { data: data({ action: 'StopAndQuarantineFile', sha256: 'e'.repeat(64) }) } }),
    { do: 'AskFile' },
  ],
  [
    'knows the file',
    found(),
    facts({ action: { data: data({ action: 'StopAndQuarantineFile', sha1: 'd'.repeat(40) }) } }),
    { do: 'AskActions', prepared: { sha1: 'd'.repeat(40) } },
  ],
  [
    'finds the file',
    { news: 'File', prepared, sha1: 'd'.repeat(40) },
    facts(),
    { do: 'AskActions', prepared: { sha1: 'd'.repeat(40) } },
  ],
  ['finds no file', { news: 'File', prepared, sha1: undefined }, facts(), fails('file_not_found')],
  [
    'has its turn',
    { news: 'Actions', prepared, actions: [], releases: new Map() },
    facts(),
    { do: 'Send', state: sending, call: { body: { Comment: `c [${operationId}]` } } },
  ],
  [
    'waits',
    { news: 'Actions', prepared, actions: [machineAction('Pending', { type: 'Unisolate' })], releases: new Map() },
    facts(),
    later('Submitting', { dueAtMs: nowMs + minuteMs, state: { waitingSinceMs: nowMs } }),
  ],
  ['maybe sent', begin(sending), facts(), { do: 'Look' }],
  [
    'maybe sent, whatever else',
    begin(sending),
    facts({ isLate: true, isCancelRequested: true }, { allowed: [] }),
    { do: 'Look' },
  ],
  [
    'looked, there',
    { news: 'Looked', state: sending, actions: [machineAction('Pending')] },
    canceledFacts,
    { do: 'Cancel' },
  ],
  [
    'looked, ended there',
    { news: 'Looked', state: sending, actions: [machineAction('Succeeded')] },
    lateFacts,
    ends({ outcome: 'Done' }),
  ],
  [
    'looked, not there',
    { news: 'Looked', state: sending, actions: [] },
    facts(),
    { do: 'AskMachine', state: { turnedBack: 'Unsent' } },
  ],
  ['looked, not there, canceled', { news: 'Looked', state: sending, actions: [] }, canceledFacts, canceled],
  ['looked, not there, late', { news: 'Looked', state: sending, actions: [] }, lateFacts, fails('expired')],
  [
    'sent',
    { news: 'Sent', state: sending, action: machineAction('Pending') },
    facts(),
    later('Pending', { hasReachedDefender: true, state: { isJoined: false } }),
  ],
  [
    "sent, answered with somebody else's",
    { news: 'Sent', state: sending, action: machineAction('Pending', { requestorComment: 'By hand' }) },
    facts(),
    later('Pending', { state: { isJoined: true } }),
  ],
  [
    "sent, answered with what somebody else's does otherwise",
    {
      ...{ news: 'Sent', state: sending },
      action: machineAction('Pending', { requestorComment: 'By hand', scope: 'Selective' }),
    },
    facts(),
    later('Submitting', { state: { at: 'Preparing', turnedBack: 'Conflict' } }),
  ],
  [
    'sent, answered with what it undoes',
    { news: 'Sent', state: sending, action: machineAction('Pending', { requestorComment: null }) },
    facts({ action: { data: data({ action: 'Unisolate' }) } }),
    later('Submitting', { state: { at: 'Preparing', turnedBack: 'Conflict' } }),
  ],
  [
    'throttled',
    { news: 'Throttled', state: sending, retryAfterMs: 30_000 },
    facts(),
    later('Submitting', { dueAtMs: nowMs + 30_000, state: { at: 'Preparing' } }),
  ],
  [
    'in conflict',
    refused('ActiveRequestAlreadyExists'),
    facts(),
    later('Submitting', { state: { turnedBack: 'Conflict' } }),
  ],
  [
    'another system, says Defender',
    refused('OsPlatformNotSupported'),
    facts(),
    fails('os_not_supported', { defenderCode: 'OsPlatformNotSupported' }),
  ],
  ['another client, says Defender', refused('ClientVersionNotSupported'), facts(), fails('os_not_supported')],
  ['no such machine, says Defender', refused('ResourceNotFound', 404), facts(), fails('machine_not_found')],
  [
    'refused',
    refused('DisallowedOperation', 403),
    facts(),
    fails('defender_refused', { defenderCode: 'DisallowedOperation' }),
  ],
  ['refused a release', refused('DisallowedOperation', 403), releaseFacts, later('Submitting')],
];

describe('nextMachineActionStep', () => {
  it.each(cases)('%s', (_case, news, given, expected) => {
    const step = nextMachineActionStep(news, given);
    expect(step).toMatchObject(expected);
    if (step.do === 'End' && step.outcome.outcome === 'Later') expect(step.outcome.dueAtMs).toBeGreaterThan(nowMs);
  });
});
