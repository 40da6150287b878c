/** Resolves as soon as something holds that nobody tells of; throws when it never does: a slow machine is given its time. */
export async function until(holds: () => boolean, timeoutMs = 180_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`Did not come about in ${timeoutMs} ms: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
