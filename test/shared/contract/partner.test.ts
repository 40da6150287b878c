import { describe, expect, it } from 'vitest';
import { fieldErrorsOf } from '../../../shared/contract/field-errors.ts';
import { partnerSchema, toAgentName } from '../../../shared/contract/partner.ts';
import { contractExamples } from '../../../shared/contract/examples.ts';
import { refusals, withField } from '../../builders/refusals.ts';

const partner: unknown = JSON.parse(contractExamples.partner);

describe('partner.json', () => {
  it.each<readonly [path: string, value: unknown, refusal: string]>([
    ['companyName', undefined, '#/companyName required'],
    ['companyName', 'Contoso-Ltd', '#/companyName invalid_format'],
    ['companyName', '', '#/companyName invalid_format'],
    ['companyName', 'C'.repeat(41), '#/companyName invalid_format'],
    ['productName', 'Cognito 2.0', '#/productName invalid_format'],
    ['productName', 'Cognitö', '#/productName invalid_format'],
    ['productName', 7, '#/productName invalid_type'],
    ['displayName', '', '#/displayName too_short'],
    ['description', 'w '.repeat(16), '#/description too_long'],
    ['entraApplicationName', undefined, '#/entraApplicationName required'],
    ['logo', 'logo.png', '#/logo invalid_format'],
    ['landingPageUrl', 'http://contoso.example', '#/landingPageUrl invalid_format'],
    ['supportUrl', 'contoso.example/support', '#/supportUrl invalid_format'],
    ['privacyUrl', '', '#/privacyUrl invalid_format'],
    ['termsUrl', undefined, '#/termsUrl required'],
    ['ownNames', 'contoso.example', '#/ownNames invalid_type'],
    ['ownNames', ['contoso'], '#/ownNames/0 invalid_format'],
    ['version', '1.0.0', '#/version unknown_field'],
  ])('%s = %j is refused', (path, value, refusal) => {
    expect(refusals(partnerSchema, withField(partner, path, value))).toEqual([refusal]);
  });

  it('15 words are fine', () => {
    expect(refusals(partnerSchema, withField(partner, 'description', ' w'.repeat(15)))).toEqual([]);
  });

  it.each([
    ['Contoso-Ltd', 'ContosoLtd'],
    ['Contoso, Inc.', 'ContosoInc'],
    ['Böhm & Söhne', 'BohmSohne'],
    ['x'.repeat(50), 'x'.repeat(40)],
  ])('%s could be %s, and the refusal says so', (name, possible) => {
    expect(toAgentName(name)).toBe(possible);
    const input = withField(partner, 'companyName', name);
    const result = partnerSchema.safeParse(input);
    expect(result.success ? [] : fieldErrorsOf(result.error, input)).toEqual([
      {
        pointer: '#/companyName',
        code: 'invalid_format',
        detail: `Must be 1 to 40 letters A-Z and digits; "${possible}" would do.`,
      },
    ]);
  });
});
