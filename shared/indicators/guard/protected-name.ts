import { toAsciiName } from '../normalise/normalise-name.ts';
import type { IndicatorIdentity } from '../feed-item.ts';

/**
 * The protected name that an indicator would touch, or `undefined`: a name or URL that is protected or lies under a protected name, and a
 * `DomainName` above one, because Defender matches subdomains too. `names` as the documents have them.
 */
export function protectedNameOf(indicator: IndicatorIdentity, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const host = hostOf(indicator);
  if (host === undefined) return undefined;
  return names.find((name) => {
    const guarded = toAsciiName(name);
    const isAbove = indicator.indicatorType === 'DomainName' && guarded.endsWith(`.${host}`);
    return host === guarded || host.endsWith(`.${guarded}`) || isAbove;
  });
}

/** The name that a `DomainName` or `Url` is about. */
export function hostOf({ indicatorType, indicatorValue }: IndicatorIdentity): string | undefined {
  if (indicatorType === 'DomainName') return indicatorValue;
  return indicatorType === 'Url' ? URL.parse(indicatorValue)?.hostname.replace(/\.$/, '') : undefined;
}
