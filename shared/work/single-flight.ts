/**
 * Lets calls for the same key share one that is on its way, so that a burst of requests makes one call to storage. A call
 * that fails fails for all who waited for it, and is forgotten.
 */
export function createSingleFlight<T>(): (key: string, call: () => Promise<T>) => Promise<T> {
  const onTheirWay = new Map<string, Promise<T>>();
  return (key, call) => {
    const running = onTheirWay.get(key);
    if (running) return running;
    const started = call().finally(() => onTheirWay.delete(key));
    onTheirWay.set(key, started);
    return started;
  };
}
