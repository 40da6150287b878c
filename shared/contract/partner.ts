import { z } from 'zod';
import type { Immutable } from './primitives.ts';
import { domainNameSchema, httpsUrlSchema, refusal, text } from './primitives.ts';

const maxWords = 15;

/**
 * `partner.json` (contract §14): who runs the app. `companyName` and `productName` are parts of the User-Agent
 * `MdePartner-{companyName}-{productName}/{version}`, so a `-` in them would make it ambiguous.
 */
export const partnerSchema = z.strictObject({
  companyName: agentName(),
  productName: agentName(),
  displayName: text(1, 256),
  description: text(1, 1000).refine(
    (words) => words.trim().split(/\s+/).length <= maxWords,
    refusal('too_long', `At most ${maxWords} words.`),
  ),
  entraApplicationName: text(1, 120),
  logo: text(1, 256).regex(/^[^/\\][^\\]*\.svg$/i, { error: 'Must be the path of an SVG file in the repository.' }),
  landingPageUrl: httpsUrlSchema,
  supportUrl: httpsUrlSchema,
  privacyUrl: httpsUrlSchema,
  termsUrl: httpsUrlSchema,
  ownNames: z.array(domainNameSchema),
});

/** Who runs the app (contract §14). */
export type Partner = Immutable<z.output<typeof partnerSchema>>;

/** The nearest name that the User-Agent can carry: `Contoso Ltd.` → `ContosoLtd`; empty when nothing of it can stay. */
export function toAgentName(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 40);
}

function agentName() {
  return z.string().check(({ value, issues }) => {
    if (/^[A-Za-z0-9]{1,40}$/.test(value)) return;
    const possible = toAgentName(value);
    const rule = 'Must be 1 to 40 letters A-Z and digits';
    const message = possible === '' ? `${rule}.` : `${rule}; "${possible}" would do.`;
    issues.push({ code: 'custom', input: value, message, params: { code: 'invalid_format' } });
  });
}
