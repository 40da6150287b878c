import { describe, expect, it } from 'vitest';
import { isMadeBy } from '../../../functions/alert-ingest/to-defender-alert.ts';
import { toGraphAlert } from '../../../functions/alert-ingest/to-graph-alert.ts';
import type { GraphAlertParts } from '../../../functions/alert-ingest/to-graph-alert.ts';
import { alertCreatedSchema } from '../../../shared/contract/alert.ts';
import type { AlertCreated } from '../../../shared/contract/alert.ts';
import { contractExamples } from '../../../shared/contract/examples.ts';

const alert = alertCreatedSchema.parse(JSON.parse(contractExamples.alertCreated));
const operationId = 'op_4k7d2mqn3xzrj5tvwy6bcafhge';
const machineId = 'a'.repeat(40);
const parts = (more: Partial<GraphAlertParts> = {}): GraphAlertParts => ({
  ...{ alert, machineId, operationId, displayName: 'Contoso Cognito', onSameTitle: 'Merge' },
  ...more,
});
const inputOf = (more: Partial<GraphAlertParts> = {}) => toGraphAlert(parts(more)).body.createAlertInput;
const device = {
  ...{ entityType: 'device', entityIdentifier: 'deviceId', identifierValue: machineId, role: 'impacted' },
};
const related = (entityType: string, entityIdentifier: string, identifierValue: string) => ({
  ...{ entityType, entityIdentifier, identifierValue, role: 'related' },
});

describe('toGraphAlert', () => {
  it('is the call that Microsoft documents', () => {
    expect(toGraphAlert(parts())).toEqual({
      method: 'POST',
      path: '/beta/security/alerts_v2/createAlert',
      body: {
        createAlertInput: {
          title: 'Beacon to known command-and-control server',
          severity: 'high',
          description: `rundll32.exe contacted 203.0.113.9 every 60 s.\n\nTechniques: T1071.001\nhttps://console.contoso.example/findings/8841\n[${operationId}]`,
          category: 'CommandAndControl',
          entityDefinitions: [
            device,
            related('ip', 'address', '203.0.113.9'),
            related('url', 'url', 'bad.example'),
            related('file', 'sha256', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'),
          ],
          recommendedActions: 'Isolate the machine and collect a package.',
          mitreTechniques: ['T1071.001'],
        },
      },
    });
  });

  it.each(['Low', 'Medium', 'High'] as const)('says %s in small letters', (severity) => {
    expect(inputOf({ alert: { ...alert, severity } }).severity).toBe(severity.toLowerCase());
  });

  it('keeps its mark when the description is too long, and stays within 5,000', () => {
    const long = {
      ...alert,
      description: 'x'.repeat(4_000),
      sourceUrl: `https://contoso.example/${'y'.repeat(2_000)}`,
    };
    const { description } = inputOf({ alert: long });
    expect(description).toHaveLength(5_000);
    expect([isMadeBy(operationId, { description }), description.includes(long.sourceUrl)]).toEqual([true, true]);
  });

  it('has the title that tells two alerts apart, where the tenant wants that', () => {
    expect(inputOf({ onSameTitle: 'Distinct' }).title).toMatch(/ \(finding-8841\)$/);
  });

  it('shows a dry run, and says what to do when the alert does not', () => {
    const { recommendedAction: _action, ...plain } = alert;
    const { description, recommendedActions } = inputOf({ operationId: undefined, alert: plain });
    expect([description.endsWith('[op_…]'), recommendedActions]).toEqual([true, 'Open the alert in Contoso Cognito.']);
  });

  const hash = (digit: string): string => digit.repeat(64);
  it.each<readonly [string, AlertCreated['evidence'], readonly object[]]>([
    ['no evidence', [], []],
    ['SHA-1 alone', [{ entityType: 'File', sha1: 'b'.repeat(40) }], [related('file', 'sha1', 'b'.repeat(40))]],
    [
      'a process by its file',
      [{ entityType: 'Process', processId: 4, sha256: hash('c') }],
      [related('file', 'sha256', hash('c'))],
    ],
    ['a process by its number', [{ entityType: 'Process', processId: 4711 }], []],
    [
      'a user by principal name',
      [{ entityType: 'User', userPrincipalName: 'ana@example.test', userSid: 'S-1-5-21-1' }],
      [related('user', 'userPrincipalName', 'ana@example.test')],
    ],
    ['a user by SID', [{ entityType: 'User', userSid: 'S-1-5-21-1' }], [related('user', 'sid', 'S-1-5-21-1')]],
    ['a user by account name', [{ entityType: 'User', accountName: 'ana' }], []],
    [
      'the same twice',
      [
        { entityType: 'File', sha256: hash('d') },
        { entityType: 'Process', processId: 1, sha256: hash('d') },
      ],
      [related('file', 'sha256', hash('d'))],
    ],
    ['what is too long', [{ entityType: 'Url', url: `https://bad.example/${'z'.repeat(1_000)}` }], []],
  ])('names the machine, and %s', (_name, evidence, entities) => {
    expect(inputOf({ alert: { ...alert, evidence } }).entityDefinitions).toEqual([device, ...entities]);
  });

  it('leaves out techniques that there are not', () => {
    expect(inputOf({ alert: { ...alert, mitreTechniques: [] } })).not.toHaveProperty('mitreTechniques');
  });
});
