import { evaluate } from './scalar.ts';
import { part } from './syntax.ts';
import { order } from './values.ts';
import type { Environment, Row } from './environment.ts';
import type { SyntaxNode } from './syntax.ts';
import type { Value } from './values.ts';

interface Criterion {
  readonly expression: SyntaxNode;
  readonly direction: 1 | -1;
  readonly isNullFirst: boolean;
}

/** Descending unless it says `asc`; what is nothing stands where the least would. Equal rows keep their order. */
export function sortRows(
  rows: readonly Row[],
  expressions: readonly SyntaxNode[],
  environment: Environment,
): readonly Row[] {
  const criteria = expressions.map(toCriterion);
  const keyed = rows.map((row) => ({
    row,
    keys: criteria.map(({ expression }) => evaluate(expression, { row }, environment)),
  }));
  return keyed
    .toSorted((a, b) => {
      for (const [index, criterion] of criteria.entries()) {
        const difference = compare(a.keys[index] ?? null, b.keys[index] ?? null, criterion);
        if (difference !== 0) return difference;
      }
      return 0;
    })
    .map(({ row }) => row);
}

function toCriterion(node: SyntaxNode): Criterion {
  if (node.kind !== 'OrderedExpression') return { expression: node, direction: -1, isNullFirst: false };
  const { AscOrDescKeyword: word, NullsClause: nulls } = part(node, 'Ordering').parts;
  const direction = word?.text === 'asc' ? 1 : -1;
  return {
    expression: part(node, 'Expression'),
    direction,
    isNullFirst: nulls ? part(nulls, 'FirstOrLastKeyword').text === 'first' : direction === 1,
  };
}

function compare(left: Value, right: Value, { direction, isNullFirst }: Criterion): number {
  if (left === null || right === null) {
    if (left === right) return 0;
    return (left === null) === isNullFirst ? -1 : 1;
  }
  return (order(left, right) ?? 0) * direction;
}
