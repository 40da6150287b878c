import type { Partner } from './contract/partner.ts';

/**
 * The User-Agent that Microsoft recognises a partner by, on every call to Defender and Graph: exactly
 * `MdePartner-{CompanyName}-{ProductName}/{Version}`, nothing before or after it. `version` is the deployed build's.
 * Source: https://learn.microsoft.com/defender-endpoint/get-started-partner-integration.
 */
export function toUserAgent(partner: Pick<Partner, 'companyName' | 'productName'>, version: string): string {
  return `MdePartner-${partner.companyName}-${partner.productName}/${version}`;
}
