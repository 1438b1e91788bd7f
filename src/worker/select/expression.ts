import type jsep from 'jsep';
import { ExpressionError, isInParentheses, parseExpression, placeOf } from './parse.ts';
import { areEqual, COMPOUND, isBefore, isNumber, type Value } from './value.ts';

/** Asks an alert, given the values of the fields in {@link Expression.paths}. */
export type Evaluate = (values: readonly Value[]) => Value;

/** A filter, ready to be asked. */
export interface Expression {
  /** Keys of each field that it needs. */
  readonly paths: readonly (readonly string[])[];
  readonly evaluate: Evaluate;
}

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

/** The same of integers of which a double may not hold one; a quotient is a double. */
const wholeArithmetic: Readonly<Record<string, (left: bigint, right: bigint) => Value>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '%': (left, right) => (right === 0n ? null : left % right),
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
  try {
    return new Compiler().compile(parseExpression(text));
  } catch (error) {
    // The stack is full.
    if (error instanceof RangeError)
      throw new ExpressionError('It is too long, or has too many parentheses in each other', 0);
    throw error;
  }
}

class Compiler {
  readonly #paths: string[][] = [];

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
      const [, second] = node.body;
      if (second === undefined) throw new ExpressionError('The expression is empty', 0);
      throw wrong('Expected an operator, such as and', second);
    }
    if (isNode(node, 'SequenceExpression'))
      throw wrong('Expected an operator, such as and', node.expressions[1] ?? node);
    if (isNode(node, 'ArrayExpression')) throw wrong('A list stands only behind in', node);
    throw wrong(`There is no ${otherNodes[node.type] ?? node.type} here`, node);
  }

  #field(node: jsep.Expression): Evaluate {
    const literal = isNode(node, 'Identifier') ? literalMeantBy(node.name) : null;
    if (literal !== null) throw wrong(`Instead of ${(node as jsep.Identifier).name} write ${literal}`, node);
    const keys = this.#keys(node);
    const known = this.#paths.findIndex(
      (path) => path.length === keys.length && path.every((key, i) => key === keys[i]),
    );
    const place = known >= 0 ? known : this.#paths.push(keys) - 1;
    return (values) => values[place] ?? null;
  }

  #keys(node: jsep.Expression): string[] {
    if (isNode(node, 'Identifier')) return [nameOf(node)];
    if (!isNode(node, 'MemberExpression')) throw wrong('A field is named by dots and names', node);
    const { object, property, computed } = node;
    if (!computed && isNode(property, 'Identifier')) return [...this.#keys(object), nameOf(property, node)];
    if (isNode(property, 'Literal') && typeof property.value === 'string')
      return [...this.#keys(object), property.value];
    throw wrong('Between brackets stands a name in quotes', property);
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
    const computeWhole = wholeArithmetic[operator];
    if (
      (compare !== undefined || operator === 'in') &&
      isNode(left, 'UnaryExpression') &&
      left.operator !== '-' &&
      !isInParentheses(left)
    ) {
      throw wrong(`Put what ${left.operator} is about in parentheses`, left);
    }
    if (isOrder(operator))
      for (const side of [left, right]) {
        if (isNode(side, 'BinaryExpression') && comparesValues(side.operator))
          throw wrong('A comparison is of two values: write a < b and b < c', side);
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
        if (!isNumber(a) || !isNumber(b)) return null;
        if (computeWhole !== undefined && areLarge(a, b)) return computeWhole(BigInt(a), BigInt(b));
        return orNull(compute(Number(a), Number(b)));
      };
    }
    if (operator === '&&' || operator === 'and')
      return (values) => isTrue(first(values)) && isTrue(second(values));
    return (values) => isTrue(first(values)) || isTrue(second(values));
  }

  #in(left: jsep.Expression, right: jsep.Expression): Evaluate {
    if (!isNode(right, 'ArrayExpression')) throw wrong('Behind in stands a list, such as [1, 2]', right);
    const value = this.#node(left);
    const items = right.elements.map((item) => (item === null ? () => null : this.#node(item)));
    return (values) => {
      const given = value(values);
      return items.some((item) => areEqual(given, item(values)));
    };
  }

  #call(node: jsep.CallExpression): Evaluate {
    const { callee, arguments: given } = node;
    const name = isNode(callee, 'Identifier') ? callee.name : '';
    const compute = Object.hasOwn(functions, name) ? functions[name] : undefined;
    const [only, ...more] = given;
    if (compute === undefined || only === undefined || more.length > 0) {
      throw wrong(`There are ${Object.keys(functions).join(', ')}, each of one value`, node);
    }
    const inner = this.#node(only);
    return (values) => {
      const value = inner(values);
      if (name === 'abs' && typeof value === 'bigint') return value < 0n ? -value : value;
      return isNumber(value) ? orNull(compute(Number(value))) : null;
    };
  }
}

function wrong(text: string, at: jsep.Expression): ExpressionError {
  return new ExpressionError(text, placeOf(at));
}

/** Python's and SQL's words for what has another name here; as a field each would be null without a word. */
function literalMeantBy(name: string): string | null {
  if (/^(true|false|null)$/i.test(name)) return name.toLowerCase();
  return /^(None|NaN|nan|undefined)$/.test(name) ? 'null' : null;
}

/** The parser takes anything beyond ASCII for a letter: typographic quotes, and blanks that do not break. @param of what it belongs to. */
function nameOf(identifier: jsep.Identifier, of: jsep.Expression = identifier): string {
  const { name } = identifier;
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name))
    throw wrong(
      `${name} is no name of a field: a text stands in ' or ", an odd name behind its record, as in new_alert["2mass"]`,
      of,
    );
  return name;
}

function comparesValues(operator: string): boolean {
  return Object.hasOwn(comparisons, operator) || operator === 'in';
}

/** Whether it is a comparison that what is true or false has no use for. */
function isOrder(operator: string): boolean {
  return comparesValues(operator) && !['==', '=', '!='].includes(operator);
}

/** What the parser knows and we do not, for messages. */
const otherNodes: Readonly<Record<string, string>> = {
  ConditionalExpression: '? and :',
  ThisExpression: 'this',
};

interface Nodes {
  readonly Literal: jsep.Literal;
  readonly Identifier: jsep.Identifier;
  readonly MemberExpression: jsep.MemberExpression;
  readonly UnaryExpression: jsep.UnaryExpression;
  readonly BinaryExpression: jsep.BinaryExpression;
  readonly CallExpression: jsep.CallExpression;
  readonly ArrayExpression: jsep.ArrayExpression;
  readonly Compound: jsep.Compound;
  readonly SequenceExpression: jsep.SequenceExpression;
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

/** Whether both are integers, and one of them is none that a double holds. */
function areLarge(left: number | bigint, right: number | bigint): boolean {
  if (typeof left === 'number' && typeof right === 'number') return false;
  return isWhole(left) && isWhole(right);
}

function isWhole(value: number | bigint): boolean {
  return typeof value === 'bigint' || Number.isInteger(value);
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
