import { createRequire } from 'node:module';
import { huntingTables } from './tables.ts';
import type { SyntaxNode } from './syntax.ts';

/** What a query is to Microsoft's parser and checker. */
export type Checked =
  | { readonly kind: 'refused'; readonly messages: readonly string[] }
  | { readonly kind: 'accepted'; readonly query: SyntaxNode };

export type CheckQuery = (query: string) => Checked;

/** The library is large: it is loaded with the first query, not with the simulator. */
export function createQueryChecker(): CheckQuery {
  let check: CheckQuery | undefined;
  return (query) => (check ??= loadChecker())(query);
}

// What we use of the library. Its own declarations are larger than this project, and say null everywhere.
interface List<T> {
  readonly __item?: T;
}
interface KustoSymbol {
  readonly Name: string;
  readonly Columns?: List<{ readonly Name: string; readonly Type: KustoSymbol }>;
  readonly IsOpen?: boolean;
}
interface KustoTable {
  WithName(name: string): KustoTable;
}
interface KustoNode {
  readonly Kind: number;
  readonly NameInParent: string;
  readonly ChildCount: number;
  readonly ResultType?: KustoSymbol | null;
  readonly LiteralValue?: unknown;
  readonly Text?: string;
  GetChild(index: number): KustoNode | null;
}
interface Diagnostic {
  readonly Severity: string;
  readonly Message: string;
  readonly Start: number;
}
interface KustoCode {
  readonly Syntax: KustoNode;
  GetDiagnostics(): List<Diagnostic>;
}
interface Library {
  readonly Bridge: { toArray<T>(list: List<T>): readonly T[] };
  readonly Kusto: {
    readonly Language: {
      readonly KustoCode: { ParseAndAnalyze(text: string, globals: object): KustoCode };
      readonly GlobalState: { readonly Default: { WithDatabase(database: object): object } };
      readonly Symbols: {
        readonly TableSymbol: { From(columns: string): KustoTable };
        readonly DatabaseSymbol: { readonly ctor: new (name: string, tables: readonly KustoTable[]) => object };
      };
      readonly Syntax: { readonly SyntaxKind: Readonly<Record<string, unknown>> };
    };
  };
}

function loadChecker(): CheckQuery {
  const require = createRequire(import.meta.url);
  require('@kusto/language-service-next/bridge.min.js');
  require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
  const library = globalThis as unknown as Library;
  const { KustoCode, GlobalState, Symbols, Syntax } = library.Kusto.Language;
  const tables = huntingTables.map(({ name, columns }) =>
    Symbols.TableSymbol.From(`(${columns.map((column) => `${column.name}:${column.type}`).join(',')})`).WithName(name),
  );
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('Hunting', tables));
  const kinds = new Map(Object.entries(Syntax.SyntaxKind).map(([name, value]) => [value, name]));
  const toArray = <T>(list: List<T>): readonly T[] => library.Bridge.toArray(list);
  return (query) => {
    const code = KustoCode.ParseAndAnalyze(query, globals);
    const errors = toArray(code.GetDiagnostics()).filter(({ Severity }) => Severity === 'Error');
    return errors.length > 0
      ? { kind: 'refused', messages: errors.map(({ Message, Start }) => `${Message} (at ${Start})`) }
      : { kind: 'accepted', query: toSyntax(code.Syntax, { kinds, toArray }) };
  };
}

interface Reading {
  readonly kinds: ReadonlyMap<unknown, string>;
  readonly toArray: <T>(list: List<T>) => readonly T[];
}

function toSyntax(node: KustoNode, reading: Reading): SyntaxNode {
  const children = Array.from({ length: node.ChildCount }, (_, index) => node.GetChild(index)).filter(
    (child) => child !== null,
  );
  const kind = reading.kinds.get(node.Kind) ?? String(node.Kind);
  const type = node.ResultType ?? undefined;
  const isTable = type?.Columns !== undefined && type.Name !== 'tuple';
  return {
    kind,
    text: children.length === 0 ? (node.Text ?? '') : '',
    literal:
      kind.endsWith('StringLiteralExpression') && typeof node.LiteralValue === 'string' ? node.LiteralValue : undefined,
    type: isTable ? undefined : type?.Name,
    columns:
      isTable && type.Columns && type.IsOpen !== true
        ? reading.toArray(type.Columns).map(({ Name, Type }) => ({ name: Name, type: Type.Name }))
        : undefined,
    parts: Object.fromEntries(
      children
        .filter((child) => child.NameInParent !== '')
        .map((child) => [child.NameInParent, toSyntax(child, reading)]),
    ),
    items: kind === 'List' ? children.map((child) => toSyntax(memberOf(child, reading), reading)) : [],
  };
}

/** In a list with commas each member stands beside its comma. */
function memberOf(node: KustoNode, { kinds }: Reading): KustoNode {
  return kinds.get(node.Kind) === 'SeparatedElement' ? (node.GetChild(0) ?? node) : node;
}
