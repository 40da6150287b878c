import fc from 'fast-check';

/** Any UTF-16 text, lone surrogates and control characters included. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  return fc.array(fc.nat({ max: 0xffff }), { maxLength }).map((units) => String.fromCharCode(...units));
}
