import type { HuntingColumn } from './tables.ts';

/** A node of a checked query, free of the parser: a tree of named parts, with what the checker found out. */
export interface SyntaxNode {
  /** As the parser calls it: `PipeExpression`, `FilterOperator`, … */
  readonly kind: string;
  /** Of a token; empty for everything that has parts. */
  readonly text: string;
  /** The value of a string literal. */
  readonly literal: string | undefined;
  /** The scalar type of its result. */
  readonly type: string | undefined;
  /** The columns of its result, when that is a table whose columns are all known. */
  readonly columns: readonly HuntingColumn[] | undefined;
  readonly parts: Readonly<Record<string, SyntaxNode>>;
  /** Members of a list, without its commas. */
  readonly items: readonly SyntaxNode[];
}

/** The query is right, but goes beyond what the simulator can do. */
export class UnsupportedQuery extends Error {}

export function unsupported(what: string): never {
  throw new UnsupportedQuery(`The simulator cannot evaluate ${what}.`);
}

export function part(node: SyntaxNode, name: string): SyntaxNode {
  return node.parts[name] ?? unsupported(`${node.kind} without ${name}`);
}

/** The members of a part that is a list, or a list in brackets; none when it is not there. */
export function itemsOf(node: SyntaxNode, name: string): readonly SyntaxNode[] {
  const list = node.parts[name];
  return list?.parts['Expressions']?.items ?? list?.items ?? [];
}

/** The name that a declaration or a reference spells: `x`, `['x y']`. */
export function nameOf(node: SyntaxNode): string {
  const name = node.parts['Name'];
  if (node.text !== '') return unquoted(node.text);
  if (node.literal !== undefined) return node.literal;
  return name ? nameOf(name) : unsupported(node.kind);
}

/** The table's columns as the checker sees them. */
export function columnsOf(node: SyntaxNode): readonly HuntingColumn[] {
  return node.columns ?? unsupported('a table whose columns are open, as in a function of (*)');
}

export function unquoted(text: string): string {
  return /^(['"]).*\1$/s.test(text) ? text.slice(1, -1) : text;
}

/** `mv-apply`, `parse`, …: the word that it begins with. */
export function operatorName(operator: SyntaxNode): string {
  return Object.values(operator.parts).find(({ text }) => text !== '')?.text ?? operator.kind;
}
