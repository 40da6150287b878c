import { nameOf, part, unquoted, unsupported } from './syntax.ts';
import { fromJson, toJson, toMoment, toTimespan } from './values.ts';
import type { SyntaxNode } from './syntax.ts';
import type { Value } from './values.ts';

/** `5`, `"x"`, `datetime(2026-11-20)`, `1.5h`, `dynamic([1, 'x'])`, … */
export function readLiteral(node: SyntaxNode): Value {
  if (node.literal !== undefined) return node.literal;
  if (node.kind === 'DynamicExpression') return fromJson(readJson(part(node, 'Expression')));
  const token = node.parts['Token']?.text ?? '';
  // `long(5)` is 5, and `5` too.
  const inner = unquoted((/^\w+\s*\((.*)\)$/s.exec(token)?.[1] ?? token).trim());
  if (inner === 'null' || inner === '') return node.kind === 'GuidLiteralExpression' ? '' : null;
  switch (node.kind) {
    case 'LongLiteralExpression':
    case 'IntLiteralExpression':
    case 'RealLiteralExpression':
    case 'DecimalLiteralExpression':
      return Number(inner);
    case 'BooleanLiteralExpression':
      return ['true', '1'].includes(inner.toLowerCase());
    case 'DateTimeLiteralExpression':
      return toMoment(inner) ?? unsupported(`the time ${token}`);
    case 'TimespanLiteralExpression':
      return toTimespan(inner) ?? unsupported(`the timespan ${token}`);
    case 'GuidLiteralExpression':
      return inner.toLowerCase();
    case 'TokenLiteralExpression':
      return inner;
    default:
      return unsupported(node.kind);
  }
}

function readJson(node: SyntaxNode): unknown {
  switch (node.kind) {
    case 'JsonArrayExpression':
      return part(node, 'Values').items.map(readJson);
    case 'JsonObjectExpression':
      return Object.fromEntries(part(node, 'Pairs').items.map((pair) => [nameOf(pair), readJson(part(pair, 'Value'))]));
    case 'NullLiteralExpression':
      return null;
    case 'UnaryMinusExpression':
      return -Number(readJson(part(node, 'Expression')));
    default:
      return toJson(readLiteral(node));
  }
}
