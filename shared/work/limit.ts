/** Runs tasks, at most `max` at a time, the others in the order they came. */
export function createLimit(max: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (task) => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      // A finished task hands its place on: whoever comes in between cannot take it.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
