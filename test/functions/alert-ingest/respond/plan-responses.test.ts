import { describe, expect, it } from 'vitest';
import { planBlocks } from '../../../../functions/alert-ingest/respond/plan-blocks.ts';
import { planResponses } from '../../../../functions/alert-ingest/respond/plan-responses.ts';
import { actionRequestSchema } from '../../../../shared/contract/action.ts';
import { alertCreatedSchema } from '../../../../shared/contract/alert.ts';
import type { Evidence } from '../../../../shared/contract/evidence.ts';
import { contractExamples } from '../../../../shared/contract/examples.ts';
import { responseSchema } from '../../../../shared/contract/tenant-policy.ts';

const alert = alertCreatedSchema.parse(JSON.parse(contractExamples.alertCreated));
const operationId = 'op_4k7d2mqn3xzrj5tvwy6bcafhge';
const plan = (responses: readonly object[], more: object = {}) =>
  planResponses(
    { ...alert, ...more },
    responses.map((response) => responseSchema.parse(response)),
    { operationId, machine: {} },
  );
const isolate = { action: 'Isolate', isolationType: 'Selective' };
const scan = { action: 'RunAntiVirusScan', scanType: 'Full' };
const day = 24 * 60 * 60 * 1000;

describe('planResponses', () => {
  it.each<readonly [string, readonly object[], readonly string[]]>([
    ['none', [], []],
    ['no filter', [{ action: isolate }], ['Isolate?']],
    ['at once', [{ action: isolate, approval: false }], ['Isolate']],
    ['severity fits', [{ severity: ['Low', 'High'], action: isolate }], ['Isolate?']],
    ['severity does not fit', [{ severity: ['Low'], action: isolate }], []],
    ['category fits', [{ category: ['CommandAndControl'], action: isolate }], ['Isolate?']],
    ['category does not fit', [{ category: ['Ransomware'], action: isolate }], []],
    ['one of two does not fit', [{ severity: ['High'], category: ['Ransomware'], action: isolate }], []],
    ['several', [{ action: isolate }, { action: scan, approval: false }], ['Isolate?', 'RunAntiVirusScan']],
    ['the same twice: as the first has it', [{ action: isolate, approval: false }, { action: isolate }], ['Isolate']],
    [
      'the same with other parameters',
      [{ action: isolate }, { action: { action: 'Isolate' } }],
      ['Isolate?', 'Isolate?'],
    ],
    ['blocking alone', [{ blockEvidenceFor: 'P1D' }], []],
    ['the contract’s', [JSON.parse(contractExamples.alertResponse) as object], []],
  ])('%s', (_name, responses, expected) => {
    const { actions } = plan(responses);
    expect(actions.map(({ action, needsApproval }) => `${action.action}${needsApproval ? '?' : ''}`)).toEqual(expected);
  });

  it('starts the contract’s example for ransomware', () => {
    const { actions, blocks } = plan([JSON.parse(contractExamples.alertResponse) as object], {
      category: 'Ransomware',
    });
    expect(actions).toMatchObject([{ action: isolate, needsApproval: true }]);
    expect(blocks?.forMs).toBe(7 * day);
  });

  it('names an action the same wherever it stands in the list', () => {
    const [first] = plan([{ action: scan }, { action: isolate }]).actions;
    const [, second] = plan([
      { action: isolate },
      { action: { scanType: 'Full', action: 'RunAntiVirusScan' } },
    ]).actions;
    expect(first?.key).toBe(second?.key);
    expect(first?.key).toMatch(/^response\|op_[a-z2-7]{26}\|[0-9a-f]{16}$/);
  });

  it('makes actions that can be asked for', () => {
    const { actions } = plan([{ action: isolate }], { title: 't'.repeat(256), id: 'i'.repeat(128) });
    for (const { action, comment } of actions) {
      expect(() => actionRequestSchema.parse({ ...action, comment, machine: { id: 'a'.repeat(40) } })).not.toThrow();
    }
    expect(actions[0]?.comment).toContain('Response to alert iii');
  });

  it.each([
    ['nothing asked', [{ action: isolate }], undefined],
    ['once', [{ blockEvidenceFor: 'P1D' }], day],
    ['the longest', [{ blockEvidenceFor: 'P1D' }, { blockEvidenceFor: 'P7D' }, { blockEvidenceFor: 'PT5M' }], 7 * day],
    ['the longest of what fits', [{ blockEvidenceFor: 'P1D' }, { severity: ['Low'], blockEvidenceFor: 'P7D' }], day],
  ])('blocks: %s', (_name, responses, forMs) => {
    expect(plan(responses).blocks?.forMs).toBe(forMs);
  });
});

describe('planBlocks', () => {
  const sha1 = 'b'.repeat(40);
  const sha256 = 'c'.repeat(64);
  const machine = { computerDnsName: 'PC1.example.test', ipAddress: '198.51.100.7' };
  it.each<readonly [string, Evidence, readonly string[]]>([
    ['a file', { entityType: 'File', sha1, sha256 }, [`FileSha1 ${sha1}`, `FileSha256 ${sha256}`]],
    ['a process', { entityType: 'Process', processId: 1, sha256 }, [`FileSha256 ${sha256}`]],
    ['a process without a hash', { entityType: 'Process', processId: 1 }, []],
    ['an address', { entityType: 'Ip', ipAddress: '203.0.113.9' }, ['IpAddress 203.0.113.9']],
    ['a private address', { entityType: 'Ip', ipAddress: '10.0.0.5' }, []],
    ['the machine’s own address', { entityType: 'Ip', ipAddress: '198.51.100.7' }, []],
    ['a domain', { entityType: 'Url', url: 'Bad.example' }, ['DomainName bad.example']],
    ['a URL', { entityType: 'Url', url: 'https://bad.example/x' }, ['Url https://bad.example/x']],
    ['an address as a URL', { entityType: 'Url', url: '203.0.113.9' }, ['IpAddress 203.0.113.9']],
    ['a host without a domain', { entityType: 'Url', url: 'server1' }, []],
    ['the machine’s own name', { entityType: 'Url', url: 'pc1.example.test' }, []],
    ['an address on the machine', { entityType: 'Url', url: 'https://pc1.example.test/x' }, []],
    ['the machine’s own domain', { entityType: 'Url', url: 'example.test' }, []],
    ['another machine of its domain', { entityType: 'Url', url: 'pc2.example.test' }, ['DomainName pc2.example.test']],
    ['a user', { entityType: 'User', accountName: 'ana' }, []],
  ])('%s', (_name, evidence, expected) => {
    const { blocks, leftOut } = planBlocks({ evidence: [evidence, evidence], machine }, day, {});
    expect(blocks.map(({ indicatorType, indicatorValue }) => `${indicatorType} ${indicatorValue}`)).toEqual(expected);
    const hasValue = evidence.entityType === 'Ip' || evidence.entityType === 'Url';
    expect(leftOut).toHaveLength(hasValue && expected.length === 0 ? 1 : 0);
  });

  it('knows the machine by the name that it was found under, too', () => {
    const found = { computerDnsName: 'pc3.example.test' };
    const evidence = [{ entityType: 'Url', url: 'pc3.example.test' } as const];
    expect(planBlocks({ evidence, machine: { id: 'a'.repeat(40) } }, day, found).blocks).toEqual([]);
  });
});
