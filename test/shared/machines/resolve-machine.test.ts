import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MachineSelector } from '../../../shared/contract/machine-selector.ts';
import { machineCandidateSchema, machineSelectorSchema } from '../../../shared/contract/machine-selector.ts';
import { missingSuccessors } from '../../../shared/machines/machine-record.ts';
import type { MachineRecord } from '../../../shared/machines/machine-record.ts';
import { resolveMachine } from '../../../shared/machines/resolve-machine.ts';
import type { MachineQuestion } from '../../../shared/machines/resolve-machine.ts';

const idOf = (letter: string): string => letter.repeat(40);
const [a, b, c, d] = [idOf('a'), idOf('b'), idOf('c'), idOf('d')];
const time = '2026-11-20T10:00:05.7654321Z';
const device = '2c000000-0000-4000-8000-000000000003';
const adapter = { ipAddress: '10.0.0.5', macAddress: '001122334455' };

/** A machine as most are; `more` says what is special. */
const record = (id: string, more: Partial<MachineRecord> = {}): MachineRecord => ({
  id,
  computerDnsName: 'pc1.example.test',
  aadDeviceId: device,
  firstSeen: '2026-01-05T08:00:00.1234567Z',
  lastSeen: '2026-11-20T08:00:00.1234567Z',
  healthStatus: 'Active',
  onboardingStatus: 'Onboarded',
  lastExternalIpAddress: '203.0.113.7',
  ipAddresses: [adapter],
  ...more,
});
const named = (id: string, computerDnsName: string, more: Partial<MachineRecord> = {}): MachineRecord =>
  record(id, { computerDnsName, ...more });

const ask = (
  selector: MachineSelector,
  records: readonly MachineRecord[],
  addressHolders: readonly string[] = [],
): MachineQuestion<MachineRecord> => ({
  selector: machineSelectorSchema.parse(selector),
  time,
  records,
  addressHolders,
});

/** `a` … `d`: found; `a?`: found but not onboarded; `a+b`: ambiguous, in the order of the candidates; `-`: none. */
function answerOf(question: MachineQuestion<MachineRecord>): string {
  const resolution = resolveMachine(question);
  switch (resolution.outcome) {
    case 'Found':
      return resolution.machine.id.charAt(0);
    case 'NotOnboarded':
      return `${resolution.machine.id.charAt(0)}?`;
    case 'Ambiguous':
      return resolution.candidates.map(({ id }) => id.charAt(0)).join('+');
    case 'NotFound':
      return '-';
  }
}

type Case = readonly [name: string, question: MachineQuestion<MachineRecord>, expected: string];

const pc1 = { computerDnsName: 'pc1.example.test' };
const short = { computerDnsName: 'pc1' };
const address = { ipAddress: '10.0.0.5' };
const inactive = { healthStatus: 'Inactive' };
const into = (successor: string) => ({ mergedIntoMachineId: successor });

const names: readonly Case[] = [
  ['full name', ask(pc1, [record(a)]), 'a'],
  ['full name in capitals', ask({ computerDnsName: 'PC1.Example.TEST' }, [record(a)]), 'a'],
  ['record in capitals', ask(pc1, [named(a, 'PC1.EXAMPLE.TEST')]), 'a'],
  ['first label', ask(short, [record(a)]), 'a'],
  ['first label in capitals', ask({ computerDnsName: 'PC1' }, [record(a)]), 'a'],
  ['short name of a machine without a domain', ask(short, [named(a, 'pc1')]), 'a'],
  ['full name, record without a domain', ask(pc1, [named(a, 'pc1')]), '-'],
  ['beginning of a label', ask({ computerDnsName: 'pc' }, [record(a)]), '-'],
  ['beginning of the name', ask({ computerDnsName: 'pc1.example' }, [record(a)]), '-'],
  ['name and more', ask({ computerDnsName: 'pc1.example.test.example' }, [record(a)]), '-'],
  ['second label', ask({ computerDnsName: 'example' }, [record(a)]), '-'],
  [
    'dc1 is not dc10',
    ask({ computerDnsName: 'dc1' }, [named(a, 'dc1.example.test'), named(b, 'dc10.example.test')]),
    'a',
  ],
  ['dc1 when only dc10 is there', ask({ computerDnsName: 'dc1' }, [named(b, 'dc10.example.test')]), '-'],
  ['dc1 is not dc1-old', ask({ computerDnsName: 'dc1' }, [named(b, 'dc1-old.example.test')]), '-'],
  ['short name in two domains', ask(short, [record(a), named(b, 'pc1.contoso.example')]), 'a+b'],
  ['full name, another domain beside', ask(pc1, [record(a), named(b, 'pc1.contoso.example')]), 'a'],
  ['full name twice', ask(pc1, [record(a), record(b)]), 'a+b'],
  ['short name, one without a domain', ask(short, [named(a, 'pc1'), named(b, 'pc1.example.test')]), 'a+b'],
  ['a dot at the end', ask({ computerDnsName: 'pc1.example.test.' }, [record(a)]), 'a'],
  ['a dot makes a name whole', ask({ computerDnsName: 'pc1.' }, [record(a), named(b, 'pc1')]), 'b'],
  ['record without a name', ask(pc1, [named(a, ''), record(b, { computerDnsName: undefined })]), '-'],
  ['name with a wildcard sign of others', ask({ computerDnsName: 'pc_' }, [record(a)]), '-'],
];

const ids: readonly Case[] = [
  ['id', ask({ id: a }, [record(a)]), 'a'],
  ['id in capitals', ask({ id: a.toUpperCase() }, [record(a)]), 'a'],
  ['record id in capitals', ask({ id: a }, [record(a.toUpperCase())]), 'A'],
  ['another id', ask({ id: b }, [record(a)]), '-'],
  ['nothing known', ask({ id: a }, []), '-'],
  ['id and its name', ask({ id: a, ...pc1 }, [record(a)]), 'a'],
  ['id and another name', ask({ id: a, computerDnsName: 'pc2' }, [record(a)]), '-'],
  ['id of one and name of the other', ask({ id: a, ...pc1 }, [named(a, 'pc2.example.test'), record(b)]), '-'],
  ['Entra device', ask({ aadDeviceId: device }, [record(a)]), 'a'],
  ['Entra device in capitals', ask({ aadDeviceId: device.toUpperCase() }, [record(a)]), 'a'],
  [
    'record with Entra device in capitals',
    ask({ aadDeviceId: device }, [record(a, { aadDeviceId: device.toUpperCase() })]),
    'a',
  ],
  ['another Entra device', ask({ aadDeviceId: device.replace('3', '4') }, [record(a)]), '-'],
  ['Entra device of two', ask({ aadDeviceId: device }, [record(a), named(b, 'pc2')]), 'a+b'],
  ['Entra device, record without', ask({ aadDeviceId: device }, [record(a, { aadDeviceId: undefined })]), '-'],
  [
    'no Entra device at all',
    ask({ aadDeviceId: '00000000-0000-0000-0000-000000000000' }, [
      record(a, { aadDeviceId: '00000000-0000-0000-0000-000000000000' }),
    ]),
    '-',
  ],
  ['the same record from two queries', ask({ id: a, ...pc1 }, [record(a), record(a)]), 'a'],
];

const addresses: readonly Case[] = [
  ['held at the time', ask(address, [record(a)], [a]), 'a'],
  ['held by two', ask(address, [record(a), named(b, 'pc2')], [a, b]), 'a+b'],
  ['held at the time, passed on since', ask(address, [record(a, { ipAddresses: [] }), named(b, 'pc2')], [a]), 'a'],
  ['held now, by another then', ask({ ...pc1, ...address }, [record(a), named(b, 'pc2')], [b]), '-'],
  ['held now, by nobody then', ask(address, [record(a)], []), '-'],
  ['two hold it, the name tells', ask({ ...pc1, ...address }, [record(a), named(b, 'pc2')], [a, b]), 'a'],
  ['two hold it, the short name tells', ask({ ...short, ...address }, [record(a), named(b, 'pc10')], [a, b]), 'a'],
  [
    'two hold it, neither has the name',
    ask({ computerDnsName: 'pc3', ...address }, [record(a), named(b, 'pc2')], [a, b]),
    '-',
  ],
  ['two hold it, the id tells', ask({ id: b, ...address }, [record(a), record(b)], [a, b]), 'b'],
  [
    'two hold it, the MAC tells',
    ask(
      { ...address, macAddress: '00:11:22:33:44:66' },
      [record(a), record(b, { ipAddresses: [{ ...adapter, macAddress: '001122334466' }] })],
      [a, b],
    ),
    'b',
  ],
  ['external address', ask({ ipAddress: '203.0.113.7' }, [record(a)], [a]), '-'],
  [
    'external address that is its own',
    ask({ ipAddress: '203.0.113.7' }, [record(a, { ipAddresses: [{ ipAddress: '203.0.113.7' }] })], [a]),
    'a',
  ],
  ['external address in IPv6 spelling', ask({ ipAddress: '::ffff:203.0.113.7' }, [record(a)], [a]), '-'],
  ['an external address that is no address', ask(address, [record(a, { lastExternalIpAddress: 'unknown' })], [a]), 'a'],
  ['holder in capitals', ask(address, [record(a)], [a.toUpperCase()]), 'a'],
  ['the address does not make up for the name', ask({ computerDnsName: 'pc2', ...address }, [record(a)], [a]), '-'],
];

const macs: readonly Case[] = [
  ...['00:11:22:33:44:55', '00-11-22-33-44-55', '001122334455'].map((macAddress): Case => [
    `MAC ${macAddress}`,
    ask({ ...pc1, macAddress }, [record(a)]),
    'a',
  ]),
  [
    'MAC in capitals',
    ask({ ...pc1, macAddress: 'AA-BB-CC-DD-EE-FF' }, [record(a, { ipAddresses: [{ macAddress: 'aabbccddeeff' }] })]),
    'a',
  ],
  [
    'record MAC with colons',
    ask({ ...pc1, macAddress: 'aabbccddeeff' }, [record(a, { ipAddresses: [{ macAddress: 'AA:BB:CC:DD:EE:FF' }] })]),
    'a',
  ],
  [
    'MAC of the second adapter',
    ask({ ...pc1, macAddress: 'aabbccddeeff' }, [
      record(a, { ipAddresses: [adapter, { macAddress: 'AABBCCDDEEFF' }] }),
    ]),
    'a',
  ],
  ['another MAC', ask({ ...pc1, macAddress: 'aabbccddeeff' }, [record(a)]), '-'],
  ['MAC, adapters unknown', ask({ ...pc1, macAddress: 'aabbccddeeff' }, [record(a, { ipAddresses: undefined })]), '-'],
  [
    'MAC tells two of one name apart',
    ask({ ...pc1, macAddress: 'aabbccddeeff' }, [
      record(a),
      record(b, { ipAddresses: [{ macAddress: 'AABBCCDDEEFF' }] }),
    ]),
    'b',
  ],
  [
    'adapters from one query of two',
    ask({ id: a, macAddress: '001122334455' }, [record(a, { ipAddresses: undefined }), record(a)]),
    'a',
  ],
];

const states: readonly Case[] = [
  ['one active, one inactive', ask(pc1, [record(a, inactive), record(b)]), 'b'],
  ['one active, many inactive', ask(pc1, [record(a, inactive), record(b), record(c, inactive)]), 'b'],
  ['two active, one inactive', ask(pc1, [record(a), record(b), record(c, inactive)]), 'a+b+c'],
  ['none active', ask(pc1, [record(a, inactive), record(b, inactive)]), 'a+b'],
  ['one inactive alone', ask(pc1, [record(a, inactive)]), 'a'],
  ['one active, one impaired', ask(pc1, [record(a), record(b, { healthStatus: 'ImpairedCommunication' })]), 'a+b'],
  [
    'one active, one impaired, one inactive',
    ask(pc1, [record(a), record(b, { healthStatus: 'NoSensorData' }), record(c, inactive)]),
    'a+b',
  ],
  ['one impaired, one inactive', ask(pc1, [record(a, { healthStatus: 'NoSensorData' }), record(b, inactive)]), 'a+b'],
  ['one active, one of unknown health', ask(pc1, [record(a), record(b, { healthStatus: undefined })]), 'a+b'],
  ['the inactive one by its id', ask({ id: a }, [record(a, inactive), record(b)]), 'a'],
  ['an active one that does not fit does not count', ask(pc1, [record(a, inactive), named(b, 'pc2')]), 'a'],
  ['excluded', ask(pc1, [record(a, { isExcluded: true })]), 'a'],
  ['excluded beside another', ask(pc1, [record(a, { isExcluded: true }), record(b)]), 'a+b'],
  ['onboarded, in the words of the table', ask(pc1, [record(a, { onboardingStatus: 'onboarded' })]), 'a'],
  ['can be onboarded', ask(pc1, [record(a, { onboardingStatus: 'CanBeOnboarded' })]), 'a?'],
  ['unsupported', ask(pc1, [record(a, { onboardingStatus: 'Unsupported' })]), 'a?'],
  ['insufficient info', ask(pc1, [record(a, { onboardingStatus: 'InsufficientInfo' })]), 'a?'],
  ['onboarding unknown', ask(pc1, [record(a, { onboardingStatus: undefined })]), 'a'],
  ['one onboarded, one not', ask(pc1, [record(a), record(b, { onboardingStatus: 'CanBeOnboarded' })]), 'a+b'],
  [
    'newest first among candidates',
    ask(pc1, [record(a, { lastSeen: '2026-11-19T00:00:00Z' }), record(b), record(c, { lastSeen: undefined })]),
    'b+a+c',
  ],
];

const times: readonly Case[] = [
  ['first seen at the very time', ask(pc1, [record(a, { firstSeen: time })]), 'a'],
  ['first seen 100 ns later', ask(pc1, [record(a, { firstSeen: '2026-11-20T10:00:05.7654322Z' })]), '-'],
  ['first seen a day later', ask(pc1, [record(a, { firstSeen: '2026-11-21T00:00:00Z' })]), '-'],
  [
    'the name was given to another machine since',
    ask(pc1, [record(a, inactive), record(b, { firstSeen: '2026-11-20T12:00:00Z' })]),
    'a',
  ],
  ['by id, first seen later', ask({ id: a }, [record(a, { firstSeen: '2026-11-21T00:00:00Z' })]), '-'],
  ['first seen unknown', ask(pc1, [record(a, { firstSeen: undefined })]), 'a'],
];

const merges: readonly Case[] = [
  ['merged into the other of the same name', ask(pc1, [record(a, into(b)), record(b)]), 'b'],
  ['merged, by its id', ask({ id: a }, [record(a, into(b)), record(b)]), 'b'],
  ['merged, by its old name', ask(pc1, [record(a, into(b)), named(b, 'pc2')]), 'b'],
  ['merged, successor in capitals', ask({ id: a }, [record(a, into(b.toUpperCase())), record(b)]), 'b'],
  ['a chain', ask({ id: a }, [record(a, into(b)), record(b, into(c)), record(c)]), 'c'],
  ['a chain and its end', ask(pc1, [record(a, into(b)), record(b, into(c)), record(c)]), 'c'],
  ['two chains with one end', ask(pc1, [record(a, into(c)), record(b, into(c)), named(c, 'pc2')]), 'c'],
  [
    'two chains with two ends',
    ask(pc1, [record(a, into(c)), record(b, into(d)), named(c, 'pc2'), named(d, 'pc3')]),
    'c+d',
  ],
  ['merged, another of the same name beside', ask(pc1, [record(a, into(b)), named(b, 'pc2'), record(c)]), 'b+c'],
  ['successor unknown', ask(pc1, [record(a, into(b))]), '-'],
  ['successor unknown, another of the same name', ask(pc1, [record(a, into(b)), record(c)]), 'c'],
  ['merged into itself', ask(pc1, [record(a, into(a))]), '-'],
  ['a ring of two', ask(pc1, [record(a, into(b)), record(b, into(a))]), '-'],
  ['a ring, and a way into it', ask(pc1, [record(c, into(a)), record(a, into(b)), record(b, into(a))]), '-'],
  ['a ring, another of the same name beside', ask(pc1, [record(a, into(b)), record(b, into(a)), record(c)]), 'c'],
  ['merged, nothing named', ask(pc1, [record(a, into(''))]), 'a'],
  [
    'set up again since: the old record was there',
    ask(pc1, [record(a, into(b)), record(b, { firstSeen: '2026-11-20T12:00:00Z' })]),
    'b',
  ],
  [
    'the address is the new record’s, the name the old one’s',
    ask({ ...pc1, ...address }, [record(a, into(b)), named(b, 'pc2')], [b]),
    'b',
  ],
  [
    'merged into one that is not onboarded',
    ask(pc1, [record(a, into(b)), record(b, { onboardingStatus: 'Unsupported' })]),
    'b?',
  ],
];

describe('resolveMachine', () => {
  describe.each([
    ['names', names],
    ['ids', ids],
    ['addresses', addresses],
    ['MAC addresses', macs],
    ['states', states],
    ['times', times],
    ['merges', merges],
  ])('%s', (_topic, cases) => {
    it.each(cases)('%s', (_name, question, expected) => {
      expect(answerOf(question)).toBe(expected);
      expect(answerOf({ ...question, records: question.records.toReversed() })).toBe(expected);
    });
  });

  it('never gives one of several, whatever the order, and never one that does not fit', () => {
    const anyRecord = fc.record({
      id: fc.constantFrom(a, b, c, d),
      computerDnsName: fc.constantFrom('pc1', 'pc1.example.test', 'pc1.contoso.example', 'pc10.example.test'),
      healthStatus: fc.constantFrom('Active', 'Inactive', 'NoSensorData'),
      firstSeen: fc.constantFrom('2026-01-01T00:00:00Z', '2026-11-21T00:00:00Z'),
    });
    const records = fc.uniqueArray(anyRecord, { selector: ({ id }) => id });
    fc.assert(
      fc.property(records, (given) => {
        const fitting = given.filter(
          ({ computerDnsName, firstSeen }) => !computerDnsName.startsWith('pc10') && firstSeen < time,
        );
        const active = fitting.filter(({ healthStatus }) => healthStatus === 'Active');
        const rest = active.length === 1 ? fitting.filter(({ healthStatus }) => healthStatus !== 'Inactive') : fitting;
        const resolution = resolveMachine(ask(short, given));
        if (rest.length === 1) expect(resolution).toMatchObject({ outcome: 'Found', machine: rest[0] });
        else if (rest.length === 0) expect(resolution).toEqual({ outcome: 'NotFound' });
        else expect(resolution).toMatchObject({ outcome: 'Ambiguous', count: rest.length });
      }),
    );
  });

  it('names candidates as the contract has them, no more than fifty', () => {
    const many = Array.from({ length: 60 }, (_none, index) =>
      record(index.toString(16).padStart(40, '0'), { lastSeen: index === 0 ? 'yesterday' : '2026-11-20T08:00:00Z' }),
    );
    const resolution = resolveMachine(
      ask(
        { ...short, ...address },
        many,
        many.map(({ id }) => id),
      ),
    );
    if (resolution.outcome !== 'Ambiguous') throw new Error('It is ambiguous.');
    expect(resolution.count).toBe(60);
    expect(resolution.candidates).toHaveLength(50);
    for (const candidate of resolution.candidates) {
      expect(machineCandidateSchema.parse(candidate).fits).toEqual(['computerDnsName', 'ipAddress']);
    }
  });

  it('gives nothing for a selector that selects nothing', () => {
    expect(resolveMachine({ selector: {}, time, records: [record(a)], addressHolders: [a] })).toEqual({
      outcome: 'NotFound',
    });
  });

  it('throws on what is no time', () => {
    expect(() => resolveMachine({ ...ask(pc1, [record(a)]), time: 'now' })).toThrow(RangeError);
  });
});

describe('missingSuccessors', () => {
  it.each([
    ['none merged', [record(a)], []],
    ['known', [record(a, into(b)), record(b)], []],
    ['unknown', [record(a, into(b))], [b]],
    ['end of a chain unknown', [record(a, into(b)), record(b, into(c))], [c]],
    ['a ring', [record(a, into(b)), record(b, into(a))], []],
    ['in capitals, asked once', [record(a, into(c.toUpperCase())), record(b, into(c))], [c]],
  ])('%s', (_name, records, expected) => {
    expect(missingSuccessors(records)).toEqual(expected);
  });
});
