import jsep from 'jsep';
import { areEqual, COMPOUND, isBefore, isNumber, type Value } from './value.ts';

/** Asks an alert, given the values of the fields in {@link Expression.paths}. */
export type Evaluate = (values: readonly Value[]) => Value;

/** A filter, ready to be asked. */
export interface Expression {
  /** Keys of each field that it needs. */
  readonly paths: readonly (readonly string[])[];
  readonly evaluate: Evaluate;
}

/** An expression that cannot be used, and where. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly index: number;

  constructor(text: string, index: number) {
    super(text);
    this.index = index;
  }
}

const LOWEST_PRECEDENCE = 1;
const COMPARISON_PRECEDENCE = 6;

// The parser's tables belong to the module; nobody else uses it.
jsep.removeAllBinaryOps();
jsep.removeAllUnaryOps();
for (const word of ['||', 'or']) jsep.addBinaryOp(word, LOWEST_PRECEDENCE);
for (const word of ['&&', 'and']) jsep.addBinaryOp(word, LOWEST_PRECEDENCE + 1);
for (const word of ['==', '=', '!=', '<', '<=', '>', '>=', 'in'])
  jsep.addBinaryOp(word, COMPARISON_PRECEDENCE);
for (const word of ['+', '-']) jsep.addBinaryOp(word, 9);
for (const word of ['*', '/', '%']) jsep.addBinaryOp(word, 10);
for (const word of ['-', '!', 'not']) jsep.addUnaryOp(word);

/** Where the parser began each expression that stands on its own. */
const starts: number[] = [];
const startOf = new WeakMap<object, number>();
jsep.hooks.add('gobble-expression', function (this: unknown) {
  starts.push((this as { index: number }).index);
});
jsep.hooks.add('after-expression', ({ node }) => {
  const start = starts.pop();
  if (start !== undefined && typeof node === 'object') startOf.set(node, start);
});

const functions: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  sqrt: Math.sqrt,
  log10: Math.log10,
};

const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
};

const comparisons: Readonly<Record<string, (left: Value, right: Value) => boolean>> = {
  '==': areEqual,
  '=': areEqual,
  '!=': (left, right) => left !== null && right !== null && !areEqual(left, right),
  '<': isBefore,
  '>': (left, right) => isBefore(right, left),
  '<=': (left, right) => isBefore(left, right) || areEqual(left, right),
  '>=': (left, right) => isBefore(right, left) || areEqual(left, right),
};

/**
 * Compiles a filter into closures: nothing of the user's text is ever run as code. A field that is missing is null; a comparison with null is
 * false, but for `== null` and `!= null`, which ask just that.
 *
 * @throws ExpressionError
 */
export function compileExpression(text: string): Expression {
  starts.length = 0;
  let tree: jsep.Expression;
  try {
    tree = jsep(text);
  } catch (error) {
    const { description, index } = error as { description?: string; index?: number };
    throw new ExpressionError(description ?? String(error), index ?? 0);
  }
  return new Compiler(text).compile(tree);
}

class Compiler {
  readonly #text: string;
  readonly #paths: string[][] = [];

  constructor(text: string) {
    this.#text = text;
  }

  compile(tree: jsep.Expression): Expression {
    return { evaluate: this.#node(tree), paths: this.#paths };
  }

  #node(node: jsep.Expression): Evaluate {
    if (isNode(node, 'Literal')) {
      const value = literalOf(node);
      return () => value;
    }
    if (isNode(node, 'Identifier') || isNode(node, 'MemberExpression')) return this.#field(node);
    if (isNode(node, 'UnaryExpression')) return this.#unary(node);
    if (isNode(node, 'BinaryExpression')) return this.#binary(node);
    if (isNode(node, 'CallExpression')) return this.#call(node);
    if (isNode(node, 'Compound')) {
      const second = node.body[1];
      const at = second === undefined ? 0 : (startOf.get(second) ?? 0);
      throw new ExpressionError(
        second === undefined ? 'The expression is empty' : 'Expected an operator, such as and',
        at + (/^\s*/.exec(this.#text.slice(at))?.[0].length ?? 0),
      );
    }
    if (isNode(node, 'ArrayExpression')) throw this.#wrong('A list stands only behind in', '[');
    throw this.#wrong(`${node.type} is not known here`, '');
  }

  #field(node: jsep.Expression): Evaluate {
    const keys = this.#keys(node);
    const known = this.#paths.findIndex(
      (path) => path.length === keys.length && path.every((key, i) => key === keys[i]),
    );
    const place = known >= 0 ? known : this.#paths.push(keys) - 1;
    return (values) => values[place] ?? null;
  }

  #keys(node: jsep.Expression): string[] {
    if (isNode(node, 'Identifier')) return [node.name];
    if (!isNode(node, 'MemberExpression')) throw this.#wrong('A field is named by dots and names', '.');
    const { object, property, computed } = node;
    if (!computed && isNode(property, 'Identifier')) return [...this.#keys(object), property.name];
    if (isNode(property, 'Literal') && typeof property.value === 'string')
      return [...this.#keys(object), property.value];
    throw this.#wrong('Between brackets stands a name in quotes', '[');
  }

  #unary({ operator, argument }: jsep.UnaryExpression): Evaluate {
    const inner = this.#node(argument);
    if (operator !== '-') return (values) => !isTrue(inner(values));
    return (values) => {
      const value = inner(values);
      return isNumber(value) ? -value : null;
    };
  }

  #binary({ operator, left, right }: jsep.BinaryExpression): Evaluate {
    const compare = comparisons[operator];
    const compute = arithmetic[operator];
    if (
      (compare !== undefined || operator === 'in') &&
      isNode(left, 'UnaryExpression') &&
      left.operator !== '-'
    ) {
      throw this.#wrong(`Put what ${left.operator} is about in parentheses`, left.operator);
    }
    if (operator === 'in') return this.#in(left, right);
    if (operator === '==' || operator === '=' || operator === '!=') {
      const tested = isNull(right) ? left : isNull(left) ? right : null;
      if (tested !== null) {
        const value = this.#node(tested);
        const wanted = operator !== '!=';
        return (values) => (value(values) === null) === wanted;
      }
    }
    const first = this.#node(left);
    const second = this.#node(right);
    if (compare !== undefined) return (values) => compare(first(values), second(values));
    if (compute !== undefined) {
      return (values) => {
        const a = first(values);
        const b = second(values);
        return isNumber(a) && isNumber(b) ? orNull(compute(Number(a), Number(b))) : null;
      };
    }
    if (operator === '&&' || operator === 'and')
      return (values) => isTrue(first(values)) && isTrue(second(values));
    return (values) => isTrue(first(values)) || isTrue(second(values));
  }

  #in(left: jsep.Expression, right: jsep.Expression): Evaluate {
    if (!isNode(right, 'ArrayExpression'))
      throw this.#wrong('Behind in stands a list, such as [1, 2]', ' in ');
    const value = this.#node(left);
    const items = right.elements.map((item) => (item === null ? () => null : this.#node(item)));
    return (values) => {
      const given = value(values);
      return items.some((item) => areEqual(given, item(values)));
    };
  }

  #call({ callee, arguments: given }: jsep.CallExpression): Evaluate {
    const name = isNode(callee, 'Identifier') ? callee.name : '';
    const compute = Object.hasOwn(functions, name) ? functions[name] : undefined;
    const [only, ...more] = given;
    if (compute === undefined || only === undefined || more.length > 0) {
      throw this.#wrong(`There are ${Object.keys(functions).join(', ')}, each of one value`, `${name}(`);
    }
    const inner = this.#node(only);
    return (values) => {
      const value = inner(values);
      return isNumber(value) ? orNull(compute(Number(value))) : null;
    };
  }

  /** @param near the text that the fault is at. */
  #wrong(text: string, near: string): ExpressionError {
    return new ExpressionError(text, Math.max(0, this.#text.indexOf(near)));
  }
}

interface Nodes {
  readonly Literal: jsep.Literal;
  readonly Identifier: jsep.Identifier;
  readonly MemberExpression: jsep.MemberExpression;
  readonly UnaryExpression: jsep.UnaryExpression;
  readonly BinaryExpression: jsep.BinaryExpression;
  readonly CallExpression: jsep.CallExpression;
  readonly ArrayExpression: jsep.ArrayExpression;
  readonly Compound: jsep.Compound;
}

function isNode<K extends keyof Nodes>(node: jsep.Expression, type: K): node is Nodes[K] {
  return node.type === type;
}

function isNull(node: jsep.Expression): boolean {
  return isNode(node, 'Literal') && node.value === null;
}

function literalOf({ value, raw }: jsep.Literal): Value {
  if (typeof value === 'number')
    return /^\d+$/.test(raw) && !Number.isSafeInteger(value) ? BigInt(raw) : value;
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/** Whether a value stands for yes: flags by themselves, numbers unless 0. */
export function isTrue(value: Value): boolean {
  if (typeof value === 'string') return value !== '';
  return value === COMPOUND || (value !== null && Boolean(value));
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
