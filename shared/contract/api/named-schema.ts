import type { z } from 'zod';
import { contractExamples } from '../examples.ts';

/** A schema under the name that `/openapi.json` gives it. */
export interface NamedSchema {
  readonly schema: z.ZodType;
  readonly description: string;
  readonly examples?: readonly unknown[];
}

/** An example of the contract, as a value. */
export function parseExample(name: keyof typeof contractExamples): object {
  return JSON.parse(contractExamples[name]) as object;
}
