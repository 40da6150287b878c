import { describe, expect, it } from 'vitest';
import { isEcho } from '../../../functions/alert-ingest/is-echo.ts';

const operationId = 'op_4k7d2mqn3xzrj5tvwy6bcafhge';
const by = (vendor_name: string | null, name: string | null) => ({ metadata: { product: { vendor_name, name } } });

describe('isEcho', () => {
  it.each<
    readonly [string, { id?: string; description?: string; finding?: unknown; isAlertIdOfOurs?: boolean }, boolean]
  >([
    ['an alert of the partner’s', {}, false],
    ['an event of the partner’s', { finding: by('Contoso', 'Cognito') }, false],
    ['Defender for Endpoint', { finding: by('Microsoft', 'Microsoft Defender for Endpoint') }, true],
    ['Defender, the vendor apart', { finding: by('Microsoft', 'Defender XDR') }, true],
    ['Defender, the vendor left out', { finding: by(null, 'Defender for Endpoint') }, true],
    ['Microsoft 365 Defender', { finding: by(null, 'Microsoft 365 Defender') }, true],
    ['Windows Defender ATP', { finding: by('Microsoft Corporation', 'WindowsDefenderATP') }, true],
    ['Windows Defender, in small letters', { finding: by('', 'windows defender antivirus') }, true],
    ['MDATP', { finding: by('Microsoft', 'MDATP') }, true],
    [
      'a feature of Microsoft’s',
      {
        finding: {
          metadata: { product: { vendor_name: 'Microsoft', name: 'Security', feature: { name: 'Defender' } } },
        },
      },
      true,
    ],
    [
      'passed on by the partner',
      {
        finding: {
          ...by('Contoso', 'Cognito'),
          finding_info: { product: { vendor_name: 'Microsoft', name: 'Defender for Cloud' } },
        },
      },
      true,
    ],
    ['another product of Microsoft’s', { finding: by('Microsoft', 'Sentinel') }, false],
    ['a defender of somebody else’s', { finding: by('Contoso', 'Cloud Defender') }, false],
    ['a product for Defender', { finding: by('Contoso', 'Cognito for Microsoft Defender') }, false],
    ['a product for Defender, the vendor left out', { finding: by(null, 'Cognito for Microsoft Defender') }, false],
    ['a product whose name ends so', { finding: by('Bitdefender', 'Bitdefender for Microsoft Exchange') }, false],
    ['a product whose name ends so, the vendor left out', { finding: by(null, 'Bitdefender for Business') }, false],
    ['no product', { finding: { metadata: { product: null } } }, false],
    ['a finding that is none', { finding: 7 }, false],
    ['an alert id of ours', { isAlertIdOfOurs: true }, true],
    ['an id that only looks like Defender’s', { id: 'da639000000000000000_100000001' }, false],
    ['our mark', { description: `It beacons.\n\n[${operationId}]` }, true],
    ['our mark without brackets', { description: `see ${operationId}.` }, true],
    ['part of a longer word', { description: `${operationId}x and top_${operationId.slice(3)}` }, false],
    ['too short for an operation', { description: '[op_short]' }, false],
  ])('%s', (_name, { id = 'finding-1', description, finding, isAlertIdOfOurs = false }, expected) => {
    const alert = { id, ...(description === undefined ? {} : { description }) };
    expect(isEcho({ alert, finding, isAlertIdOfOurs })).toBe(expected);
  });
});
