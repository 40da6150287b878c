import { expect, it } from 'vitest';
import { toUserAgent } from '../../shared/user-agent.ts';

it('is exactly what Microsoft asks for', () => {
  expect(toUserAgent({ companyName: 'Contoso', productName: 'Cognito' }, '1.0.0')).toBe(
    'MdePartner-Contoso-Cognito/1.0.0',
  );
});
