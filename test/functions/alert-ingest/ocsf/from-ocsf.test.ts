import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromOcsf } from '../../../../functions/alert-ingest/ocsf/from-ocsf.ts';
import { alertCreatedSchema, alertUpdatedSchema } from '../../../../shared/contract/alert.ts';

const sha1 = 'a'.repeat(40);
const sha256 = 'b'.repeat(64);
const id = 'c'.repeat(40);
const endTime = Date.parse('2026-11-20T10:00:05.765Z');

const info = { uid: 'finding-1', title: 'Beacon', desc: 'It beacons.' };
const finding = {
  ...{ class_uid: 2004, activity_id: 1, severity_id: 4, time: endTime, end_time: endTime },
  finding_info: info,
  device: { hostname: 'pc1.example.test' },
  something: { of: ['their', 'own'] },
};
const created = {
  ...{ id: 'finding-1', title: 'Beacon', description: 'It beacons.', severity: 'High', category: 'SuspiciousActivity' },
  eventTime: '2026-11-20T10:00:05.765Z',
  machine: { computerDnsName: 'pc1.example.test' },
  ...{ evidence: [], mitreTechniques: [] },
};

type Change = Readonly<Record<string, unknown>>;
const change = (more: Change): Change => ({ ...finding, ...more });
const withInfo = (more: Change): Change => change({ finding_info: { ...info, ...more } });
const withEvidence = (...evidences: readonly unknown[]): Change => change({ evidences });
const tactics = (...uids: readonly (string | null)[]): Change =>
  withInfo({ attacks: uids.map((uid) => ({ tactic: { uid } })) });

describe('an event that becomes an alert', () => {
  const none = { end_time: null, start_time: null, time: endTime + 9 };
  const at = (ms: number): Change => ({ eventTime: new Date(ms).toISOString() });
  it.each<readonly [string, Change, Change]>([
    ['as it is', finding, {}],
    ['title from the message', change({ finding_info: { ...info, title: null }, message: 'm' }), { title: 'm' }],
    [
      'title from the message, when empty',
      change({ finding_info: { ...info, title: '' }, message: 'm' }),
      { title: 'm' },
    ],
    [
      'description from the message',
      change({ finding_info: { ...info, desc: null }, message: 'm' }),
      { description: 'm' },
    ],
    ['description from the title', withInfo({ desc: undefined }), { description: 'Beacon' }],
    ['the message counts for nothing when all is there', change({ message: 'm' }), {}],
    ['severity 1', change({ severity_id: 1 }), { severity: 'Low' }],
    ['severity 2', change({ severity_id: 2 }), { severity: 'Low' }],
    ['severity 3', change({ severity_id: 3 }), { severity: 'Medium' }],
    ['severity 5', change({ severity_id: 5 }), { severity: 'High' }],
    ['severity 6', change({ severity_id: 6 }), { severity: 'High' }],
    ['end_time first', withInfo({ last_seen_time: 1, first_seen_time: 2 }), {}],
    [
      'then last_seen_time',
      change({ ...none, start_time: 7, finding_info: { ...info, last_seen_time: endTime + 1, first_seen_time: 2 } }),
      at(endTime + 1),
    ],
    [
      'then start_time',
      change({ ...none, start_time: endTime + 2, finding_info: { ...info, first_seen_time: 2 } }),
      at(endTime + 2),
    ],
    [
      'then first_seen_time',
      change({ ...none, finding_info: { ...info, first_seen_time: endTime + 3 } }),
      at(endTime + 3),
    ],
    ['then time', change(none), at(endTime + 9)],
    ['a whole second', change({ end_time: Date.parse('2026-11-20T10:00:05Z') }), { eventTime: '2026-11-20T10:00:05Z' }],
    ['remediation', change({ remediation: { desc: 'Isolate it.' } }), { recommendedAction: 'Isolate it.' }],
    [
      'a long remediation',
      change({ remediation: { desc: 'x'.repeat(1001) } }),
      { recommendedAction: 'x'.repeat(1000) },
    ],
    ['a source', withInfo({ src_url: 'https://a.example/1' }), { sourceUrl: 'https://a.example/1' }],
    ['a source without https', withInfo({ src_url: 'http://a.example/1' }), {}],
    [
      'techniques',
      withInfo({
        attacks: [
          { technique: { uid: 'T1071.001' } },
          { technique: { uid: 'T1059' } },
          { technique: { uid: 'T1059' } },
          { technique: { uid: 'X' } },
          { technique: null },
          null,
        ],
      }),
      { mitreTechniques: ['T1071.001', 'T1059'] },
    ],
    [
      'more techniques than an alert takes',
      withInfo({ attacks: Array.from({ length: 30 }, (_none, n) => ({ technique: { uid: `T10${n + 10}` } })) }),
      { mitreTechniques: Array.from({ length: 20 }, (_none, n) => `T10${n + 10}`) },
    ],
  ])('%s', (_name, event, expected) => {
    const result = fromOcsf(event);
    expect(result).toMatchObject({ type: 'alert.created' });
    expect('data' in result ? result.data : result).toEqual({ ...created, ...expected });
  });

  it.each([
    [finding, '#/data/end_time'],
    [
      change({ end_time: null, finding_info: { ...info, last_seen_time: endTime } }),
      '#/data/finding_info/last_seen_time',
    ],
    [change({ end_time: undefined }), '#/data/time'],
  ])('tells where the time was: %#', (event, eventTimePointer) => {
    expect(fromOcsf(event)).toMatchObject({ eventTimePointer });
  });
});

describe('category', () => {
  const byTactic = [
    ['TA0001', 'InitialAccess'],
    ['TA0002', 'Execution'],
    ['TA0003', 'Persistence'],
    ['TA0004', 'PrivilegeEscalation'],
    ['TA0005', 'DefenseEvasion'],
    ['TA0006', 'CredentialAccess'],
    ['TA0007', 'Discovery'],
    ['TA0008', 'LateralMovement'],
    ['TA0009', 'Collection'],
    ['TA0010', 'Exfiltration'],
    ['TA0011', 'CommandAndControl'],
    ['TA0040', 'SuspiciousActivity'],
    ['TA0042', 'SuspiciousActivity'],
    ['constructor', 'SuspiciousActivity'],
  ] as const;
  const impact = { tactic: { uid: 'TA0040' } };
  const encryption = { technique: { uid: 'T1486' } };
  it.each<readonly [string, Change, string]>([
    ...byTactic.map(([uid, category]) => [uid, tactics(uid), category] as const),
    ['the first', tactics('TA0011', 'TA0001'), 'CommandAndControl'],
    ['the first that is there', tactics(null, 'TA0001'), 'InitialAccess'],
    ['impact by encryption', withInfo({ attacks: [{ ...impact, ...encryption }] }), 'Ransomware'],
    ['impact, encryption beside', withInfo({ attacks: [impact, encryption] }), 'Ransomware'],
    [
      'impact by something else',
      withInfo({ attacks: [{ ...impact, technique: { uid: 'T1490' } }] }),
      'SuspiciousActivity',
    ],
    ['encryption without impact', withInfo({ attacks: [encryption] }), 'SuspiciousActivity'],
    ['no attacks', withInfo({ attacks: [] }), 'SuspiciousActivity'],
    ['attacks that are no list', withInfo({ attacks: 'TA0001' }), 'SuspiciousActivity'],
  ])('%s', (_name, event, category) => {
    expect(fromOcsf(event)).toMatchObject({ data: { category } });
  });
});

describe('machine', () => {
  const on = (device: unknown): Change => change({ device });
  it.each<readonly [string, Change, Change]>([
    ['a machine id', on({ uid: id.toUpperCase() }), { id }],
    ['an id of their own', on({ uid: 'agent-7', hostname: 'pc1' }), { computerDnsName: 'pc1' }],
    [
      'a host name and its domain',
      on({ hostname: 'pc1', domain: 'example.test' }),
      { computerDnsName: 'pc1.example.test' },
    ],
    [
      'a full name and a domain',
      on({ hostname: 'pc1.example.test', domain: 'EXAMPLE' }),
      { computerDnsName: 'pc1.example.test' },
    ],
    ['a host name, domain null', on({ hostname: 'pc1', domain: null }), { computerDnsName: 'pc1' }],
    ['a domain alone', on({ domain: 'example.test', ip: '10.0.0.5' }), { ipAddress: '10.0.0.5' }],
    [
      'an address and a MAC',
      on({ ip: '10.0.0.5', mac: '00:11:22:33:44:55' }),
      { ipAddress: '10.0.0.5', macAddress: '001122334455' },
    ],
    [
      'all of it',
      on({ uid: id, hostname: 'pc1', ip: '10.0.0.5', mac: '001122334455' }),
      { id, computerDnsName: 'pc1', ipAddress: '10.0.0.5', macAddress: '001122334455' },
    ],
    [
      'of the only evidence',
      change({ device: null, evidences: [{}, { device: { hostname: 'pc2' } }] }),
      { computerDnsName: 'pc2' },
    ],
    [
      'the same at several pieces',
      change({ device: null, evidences: [{ device: { hostname: 'pc2', os: 1 } }, { device: { hostname: 'pc2' } }] }),
      { computerDnsName: 'pc2' },
    ],
    [
      'device before evidence',
      change({ evidences: [{ device: { hostname: 'pc2' } }] }),
      { computerDnsName: 'pc1.example.test' },
    ],
  ])('%s', (_name, event, machine) => {
    expect('data' in fromOcsf(event) ? fromOcsf(event) : undefined).toMatchObject({ data: { machine } });
    expect(fromOcsf(event)).toHaveProperty('data.machine', machine);
  });
});

describe('evidence', () => {
  const url = { entityType: 'Url', url: 'bad.example' };
  const ip = { entityType: 'Ip', ipAddress: '203.0.113.9' };
  const hashes = [
    { algorithm_id: 1, value: 'd'.repeat(32) },
    { algorithm_id: 2, value: sha1.toUpperCase() },
    { algorithm_id: 3, value: sha256 },
  ];
  const user = { entityType: 'User', accountName: 'ana' };
  const upn = { entityType: 'User', userPrincipalName: 'ana@example.test' };
  it.each<readonly [string, readonly unknown[], readonly unknown[]]>([
    [
      'a file',
      [{ file: { name: 'a.dll', path: 'C:\\a.dll', hashes } }],
      [{ entityType: 'File', sha1, sha256, fileName: 'a.dll', filePath: 'C:\\a.dll' }],
    ],
    ['a file with one hash', [{ file: { hashes: [hashes[2]] } }], [{ entityType: 'File', sha256 }]],
    [
      'a malformed hash beside a good one',
      [{ file: { hashes: [{ algorithm_id: 2, value: 'x' }, hashes[2]] } }],
      [{ entityType: 'File', sha256 }],
    ],
    [
      'a malformed hash before a good one',
      [{ file: { hashes: [{ algorithm_id: 3, value: '-' }, hashes[2]] } }],
      [{ entityType: 'File', sha256 }],
    ],
    [
      'a file with too long a name and path',
      [{ file: { name: 'x'.repeat(256), path: `/${'x'.repeat(4096)}`, hashes } }],
      [{ entityType: 'File', sha1, sha256 }],
    ],
    ['a file without a hash we take', [{ file: { name: 'a.dll', hashes: [hashes[0]] } }], []],
    [
      'a process',
      [
        {
          process: {
            pid: 4711,
            name: 'a.exe',
            cmd_line: 'a.exe /x',
            created_time: endTime,
            file: { name: 'b.exe', hashes },
          },
        },
      ],
      [
        {
          entityType: 'Process',
          processId: 4711,
          processCommandLine: 'a.exe /x',
          sha1,
          sha256,
          fileName: 'a.exe',
          processCreationTime: '2026-11-20T10:00:05.765Z',
        },
      ],
    ],
    [
      'a process named by its file',
      [{ process: { pid: 0, file: { name: 'b.exe' } } }],
      [{ entityType: 'Process', processId: 0, fileName: 'b.exe' }],
    ],
    [
      'a process with too long a name and command line',
      [{ process: { pid: '4711', name: 'x'.repeat(256), cmd_line: 'x'.repeat(32_769) } }],
      [{ entityType: 'Process', processId: 4711 }],
    ],
    [
      'a process with ids that are none',
      [{ process: { pid: -1, cmd_line: 'a' } }, { process: { pid: '0x12', cmd_line: 'b' } }],
      ['a', 'b'].map((processCommandLine) => ({ entityType: 'Process', processCommandLine })),
    ],
    ['a process with a name alone', [{ process: { name: 'a.exe', pid: null } }], []],
    [
      'addresses of both ends',
      [{ dst_endpoint: { ip: '203.0.113.9' }, src_endpoint: { ip: '10.0.0.5' } }],
      [ip, { entityType: 'Ip', ipAddress: '10.0.0.5' }],
    ],
    [
      'an endpoint with all',
      [{ dst_endpoint: { ip: '203.0.113.9', hostname: 'bad.example', domain: 'example' } }],
      [ip, url],
    ],
    ['an endpoint with a domain', [{ src_endpoint: { domain: 'bad.example' } }], [url]],
    [
      'an endpoint with an address that is none',
      [{ dst_endpoint: { ip: '203.0.113.0/24', hostname: 'bad.example' } }],
      [url],
    ],
    [
      'a URL',
      [{ url: { url_string: 'https://bad.example/x' } }],
      [{ entityType: 'Url', url: 'https://bad.example/x' }],
    ],
    [
      'a URL with spaces',
      [{ url: { url_string: ' https://bad.example/x y\n' } }],
      [{ entityType: 'Url', url: 'https://bad.example/x%20y' }],
    ],
    ['a query', [{ query: { hostname: 'bad.example' } }], [url]],
    ['a user', [{ user: { name: 'ana', domain: 'EXAMPLE' } }], [{ ...user, domainName: 'EXAMPLE' }]],
    ['a user with the domain before', [{ user: { name: 'EXAMPLE\\ana' } }], [{ ...user, domainName: 'EXAMPLE' }]],
    ['a user principal name', [{ user: { name: 'ana@example.test' } }], [upn]],
    ['a user with an address of mail', [{ user: { uid: '17', email_addr: 'ana@example.test' } }], [upn]],
    ['a user with too long a domain', [{ user: { name: 'ana', domain: 'x'.repeat(256) } }], [user]],
    ['a SID', [{ user: { uid: 'S-1-5-21-1-2-3-1001' } }], [{ entityType: 'User', userSid: 'S-1-5-21-1-2-3-1001' }]],
    ['a user with an id of their own', [{ user: { uid: '17' } }], []],
    ['an actor', [{ actor: { user: { name: 'ana' }, process: { pid: 1 } } }], [user]],
    ['the same twice', [{ query: { hostname: 'bad.example' } }, { url: { url_string: 'bad.example' } }], [url]],
    [
      'null, everywhere',
      [
        null,
        {
          file: null,
          process: null,
          dst_endpoint: null,
          src_endpoint: null,
          url: null,
          query: null,
          user: null,
          actor: null,
        },
      ],
      [],
    ],
    ['parts of the wrong kind', [7, 'x', [], { file: 7, process: 'x', user: [], url: true }], []],
    [
      'in their order',
      [
        { user: { name: 'ana' }, url: { url_string: 'bad.example' }, process: { pid: 1 } },
        { dst_endpoint: { ip: '203.0.113.9' } },
      ],
      [{ entityType: 'Process', processId: 1 }, url, user, ip],
    ],
  ])('%s', (_name, evidences, expected) => {
    expect(fromOcsf(withEvidence(...evidences))).toMatchObject({ type: 'alert.created' });
    expect(fromOcsf(withEvidence(...evidences))).toHaveProperty('data.evidence', expected);
  });

  it('takes the first fifty, and says in the description which others there were', () => {
    const many = Array.from({ length: 60 }, (_none, n) => ({ process: { pid: n } }));
    expect(fromOcsf(withEvidence(...many))).toHaveProperty('data.evidence.length', 50);
    expect(fromOcsf(withEvidence(...many))).toHaveProperty(
      'data.description',
      'It beacons.\n\nEvidence left out: process 50, process 51, process 52, process 53, process 54 and 5 more.',
    );
  });

  it.each([
    ['a file without a hash', { file: { name: 'a.dll', path: 'C:\\a.dll' } }, 'C:\\a.dll'],
    ['a range of addresses', { dst_endpoint: { ip: '203.0.113.0/24' } }, '203.0.113.0/24'],
    ['a process that cannot be told', { process: { name: 'a.exe' } }, 'a.exe'],
  ])('says in the description that it left out %s, once', (_name, evidence, said) => {
    expect(fromOcsf(withEvidence(evidence, evidence))).toMatchObject({
      data: { evidence: [], description: `It beacons.\n\nEvidence left out: ${said}.` },
    });
  });

  it('says nothing of parts that tell nothing', () => {
    expect(fromOcsf(withEvidence({ file: {}, user: { domain: 'EXAMPLE' } }))).toMatchObject({
      data: { evidence: [], description: 'It beacons.' },
    });
  });
});

describe('an event that changes an alert', () => {
  const update = (activity_id: number, status_id?: number): Change =>
    change({ activity_id, status_id, severity_id: null });
  it.each([
    [update(2, 1), 'New'],
    [update(2, 2), 'InProgress'],
    [update(2, 4), 'Resolved'],
    [update(3), 'Resolved'],
    [update(3, 2), 'Resolved'],
    [update(3, 99), 'Resolved'],
  ])('%#: %s', (event, status) => {
    expect(fromOcsf(event)).toEqual({ type: 'alert.updated', data: { id: 'finding-1', status } });
  });
});

describe('an event that is refused', () => {
  const on = (device: unknown): Change => change({ device });
  it.each<readonly [string, Change, string, string]>([
    ['no activity', change({ activity_id: null }), '#/data/activity_id', 'required'],
    ['activity 0', change({ activity_id: 0 }), '#/data/activity_id', 'invalid_value'],
    ['activity 99', change({ activity_id: 99 }), '#/data/activity_id', 'invalid_value'],
    ['activity in words', change({ activity_id: 'Create' }), '#/data/activity_id', 'invalid_type'],
    ['no id', withInfo({ uid: null }), '#/data/finding_info/uid', 'required'],
    ['a number as id', withInfo({ uid: 7 }), '#/data/finding_info/uid', 'invalid_type'],
    ['a long id', withInfo({ uid: 'x'.repeat(129) }), '#/data/finding_info/uid', 'too_long'],
    ['no title, no message', withInfo({ title: null }), '#/data/finding_info/title', 'required'],
    ['a long title', withInfo({ title: 'x'.repeat(257) }), '#/data/finding_info/title', 'too_long'],
    [
      'a long message as title',
      change({ finding_info: { ...info, title: null }, message: 'x'.repeat(257) }),
      '#/data/message',
      'too_long',
    ],
    ['a long description', withInfo({ desc: 'x'.repeat(4001) }), '#/data/finding_info/desc', 'too_long'],
    ['no severity', change({ severity_id: null }), '#/data/severity_id', 'required'],
    ['severity 0', change({ severity_id: 0 }), '#/data/severity_id', 'invalid_value'],
    ['severity 7', change({ severity_id: 7 }), '#/data/severity_id', 'invalid_value'],
    ['severity 99', change({ severity_id: 99 }), '#/data/severity_id', 'invalid_value'],
    ['severity in words', change({ severity_id: 'High' }), '#/data/severity_id', 'invalid_type'],
    ['no time', change({ end_time: null, time: null }), '#/data/time', 'required'],
    ['a time in words', change({ end_time: '2026-11-20T10:00:05Z' }), '#/data/end_time', 'invalid_type'],
    ['a time between milliseconds', change({ end_time: 0.5 }), '#/data/end_time', 'invalid_value'],
    ['a time beyond all years', change({ end_time: 1e300 }), '#/data/end_time', 'invalid_value'],
    ['no device', on(null), '#/data/device', 'required'],
    [
      'two devices',
      change({ device: null, evidences: [{ device: { hostname: 'pc1' } }, { device: { hostname: 'pc2' } }] }),
      '#/data/device',
      'required',
    ],
    ['a device that says nothing', on({ uid: 'agent-7', name: 'x' }), '#/data/device', 'required'],
    ['a device with a MAC alone', on({ mac: '001122334455' }), '#/data/device', 'required'],
    ['a loopback address', on({ hostname: 'pc1', ip: '127.0.0.1' }), '#/data/device/ip', 'invalid_value'],
    ['no address', on({ ip: 'x' }), '#/data/device/ip', 'invalid_format'],
    ['no MAC', on({ hostname: 'pc1', mac: 'x' }), '#/data/device/mac', 'invalid_format'],
    ['no name', on({ hostname: 'pc 1' }), '#/data/device/hostname', 'invalid_format'],
    ['a number as name', on({ hostname: 7 }), '#/data/device/hostname', 'invalid_type'],
    [
      'no name, at evidence',
      change({ device: null, evidences: [null, { device: { hostname: '-' } }] }),
      '#/data/evidences/1/device/hostname',
      'invalid_format',
    ],
    ['an update without a status', change({ activity_id: 2 }), '#/data/status_id', 'required'],
    [
      'an update to a status we have not',
      change({ activity_id: 2, status_id: 3 }),
      '#/data/status_id',
      'invalid_value',
    ],
    ['an update without an id', change({ activity_id: 3, finding_info: {} }), '#/data/finding_info/uid', 'required'],
  ])('%s', (_name, event, pointer, code) => {
    expect(fromOcsf(event)).toEqual({
      type: 'refused',
      errors: [{ pointer, code, detail: expect.stringMatching(/\.$/) as string }],
    });
  });

  it.each([on(null), on({ name: 'x' })])('says in OCSF’s words how a machine is given', (event) => {
    expect(fromOcsf(event)).toHaveProperty(
      'errors.0.detail',
      'Give one device, with uid (a machine id of 40 hex digits), hostname or ip.',
    );
  });

  it('names every wrong place', () => {
    const event = { class_uid: 2004, activity_id: 1 };
    const { errors } = fromOcsf(event) as { readonly errors: readonly { readonly pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual(
      ['device', 'finding_info/desc', 'finding_info/title', 'finding_info/uid', 'severity_id', 'time'].map(
        (name) => `#/data/${name}`,
      ),
    );
  });
});

it('makes what the contract takes of whatever comes, or says why not', () => {
  const words = fc.constantFrom(
    'uid',
    'title',
    'device',
    'hostname',
    'evidences',
    'file',
    'hashes',
    'user',
    'attacks',
    'process',
  );
  const anything = fc.dictionary(words, fc.anything({ key: words, maxDepth: 3 }));
  fc.assert(
    fc.property(anything, anything, fc.constantFrom(1, 2, 3), (more, moreInfo, activity_id) => {
      const result = fromOcsf({
        ...finding,
        ...more,
        finding_info: { ...info, ...moreInfo },
        activity_id,
        status_id: 1,
      });
      if (result.type === 'refused') expect(result.errors.length).toBeGreaterThan(0);
      else if (result.type === 'alert.updated') expect(alertUpdatedSchema.parse(result.data)).toEqual(result.data);
      else expect(alertCreatedSchema.parse(result.data)).toEqual(result.data);
    }),
  );
});
