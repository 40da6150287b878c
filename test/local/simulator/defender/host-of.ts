/** Evidence and events name a whole URL, or a host alone. */
export function hostOf(url: string): string | undefined {
  const whole = url.includes('://') ? url : `https://${url}`;
  return URL.canParse(whole) ? new URL(whole).hostname : undefined;
}
