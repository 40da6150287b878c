import { describe, expect, test } from 'vitest';
import { canBeKey } from '../../shared/table-keys.ts';

describe('what can be a key of a table', () => {
  test.each([
    '',
    '6f1c0000-0000-4000-8000-00000000a001',
    'feed|phishing',
    'q|actions|0001763632800000|op_aaaaaaaaaaaaaaaaaaaaaaaaaa',
    'é 漢 😀',
    'x'.repeat(512),
  ])('%s', (text) => {
    expect(canBeKey(text)).toBe(true);
  });

  test.each(['a/b', 'a\\b', 'a#b', 'a?b', '50%', 'a\tb', 'a\u0000', 'a\u007f', 'a\u009f', '\ud800', 'x'.repeat(513)])(
    'not %j',
    (text) => {
      expect(canBeKey(text)).toBe(false);
    },
  );
});
