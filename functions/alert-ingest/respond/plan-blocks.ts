import type { AlertCreated } from '../../../shared/contract/alert.ts';
import type { Evidence } from '../../../shared/contract/evidence.ts';
import type { IndicatorType } from '../../../shared/contract/indicator.ts';
import type { BlockPlan } from '../../../shared/indicators/direct/block-plan.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import {
  normaliseIndicator,
  recogniseIndicatorType,
} from '../../../shared/indicators/normalise/normalise-indicator.ts';
import type { Normalised } from '../../../shared/indicators/normalise/normalised.ts';

/** The hashes, addresses, domains and URLs of an alert, each once. What names the alert's own machine is never blocked. */
export function planBlocks(
  { evidence, machine }: Pick<AlertCreated, 'evidence' | 'machine'>,
  forMs: number,
  found: { readonly computerDnsName?: string },
): BlockPlan {
  const own = [machine.ipAddress, machine.computerDnsName, found.computerDnsName].flatMap(
    (value) => value?.toLowerCase() ?? [],
  );
  const blocks = new Map<string, IndicatorIdentity>();
  const leftOut = new Map<string, { readonly indicatorValue: string; readonly why: string }>();
  for (const { text, normalised } of evidence.flatMap(toValues)) {
    const why = normalised.ok ? whyOwn(normalised, own) : normalised.detail;
    if (normalised.ok && why === undefined) {
      const { indicatorType, indicatorValue } = normalised;
      blocks.set(`${indicatorType} ${indicatorValue}`, { indicatorType, indicatorValue });
    } else if (why !== undefined) leftOut.set(text, { indicatorValue: text, why });
  }
  return { blocks: [...blocks.values()], forMs, leftOut: [...leftOut.values()] };
}

interface Value {
  readonly text: string;
  readonly normalised: Normalised;
}

function toValues(evidence: Evidence): readonly Value[] {
  const value = (type: IndicatorType, text: string): Value => ({ text, normalised: normaliseIndicator(type, text) });
  switch (evidence.entityType) {
    case 'File':
    case 'Process':
      return [
        ...(evidence.sha1 === undefined ? [] : [value('FileSha1', evidence.sha1)]),
        ...(evidence.sha256 === undefined ? [] : [value('FileSha256', evidence.sha256)]),
      ];
    case 'Ip':
      return [value('IpAddress', evidence.ipAddress)];
    case 'Url':
      return [value(recogniseIndicatorType(evidence.url) ?? 'DomainName', evidence.url)];
    case 'User':
      return [];
  }
}

/** A connection has two ends, and a product may report both: the machine's own name and network are not the attacker's. */
function whyOwn(
  { indicatorType, indicatorValue }: Extract<Normalised, { ok: true }>,
  own: readonly string[],
): string | undefined {
  const host = indicatorType === 'Url' ? URL.parse(indicatorValue)?.hostname : undefined;
  const isOwn = own.some((each) => each === indicatorValue || each === host || each.endsWith(`.${indicatorValue}`));
  return isOwn ? `${indicatorValue} is the machine's own.` : undefined;
}
