/** Collects what is printed, and tells when a text has come. */
export function createCapturedOutput(): CapturedOutput {
  const state = { text: '' };
  const waiting = new Set<() => void>();
  return {
    write: (text) => {
      state.text += text;
      for (const check of waiting) check();
    },
    text: () => state.text,
    until: (part) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!state.text.includes(part)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

export interface CapturedOutput {
  write(text: string): void;
  /** All so far. */
  text(): string;
  /** Resolves as soon as `part` has been printed. */
  until(part: string): Promise<void>;
}
