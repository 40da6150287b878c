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
    until: (part, from = 0) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!state.text.includes(part, from)) return;
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
  /** Resolves as soon as `part` has been printed, after the first `from` characters. */
  until(part: string, from?: number): Promise<void>;
}
