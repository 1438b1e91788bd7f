import jsep from 'jsep';

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

/** Where each operand begins, which the parser itself does not keep. */
const startOf = new WeakMap<object, number>();
const inParentheses = new WeakSet();
let isAsked = false;
jsep.hooks.add('gobble-token', function (this: unknown, operand) {
  // Reading the operand comes here once more, and that time is left to the parser.
  if (isAsked) {
    isAsked = false;
    return;
  }
  const parser = this as { readonly expr: string; readonly index: number; gobbleToken(): unknown };
  const start = parser.index;
  refuseOperator(parser.expr, start);
  refuseEscape(parser.expr, start);
  isAsked = true;
  const node = parser.gobbleToken();
  if (typeof node !== 'object' || node === null) return;
  startOf.set(node, start);
  if (parser.expr[start] === '(') inParentheses.add(node);
  operand.node = node as jsep.Expression;
});

/** @throws ExpressionError */
export function parseExpression(text: string): jsep.Expression {
  isAsked = false;
  try {
    return jsep(text);
  } catch (error) {
    const { description, index } = error as { description?: string; index?: number };
    if (description === undefined) throw error;
    throw new ExpressionError(inOurWords(description), index ?? 0);
  }
}

/** Where a node begins. What is made of operands begins where the first of them does. */
export function placeOf(node: jsep.Expression): number {
  const start = startOf.get(node);
  if (start !== undefined) return start;
  return node.type === 'BinaryExpression' ? placeOf((node as jsep.BinaryExpression).left) : 0;
}

/** Whether an operand stands in parentheses, of which the parser's tree has no trace. */
export function isInParentheses(node: jsep.Expression): boolean {
  return inParentheses.has(node);
}

/** Where an operand is expected, an operator that is a word would pass for the name of a field. @throws ExpressionError */
function refuseOperator(text: string, at: number): void {
  const operator = /(?:and|or|in|not)(?![\p{ID_Continue}$])/uy;
  operator.lastIndex = at;
  const word = operator.exec(text)?.[0];
  if (word === undefined) return;
  const end = at + word.length;
  if (text.slice(end).trim() === '') throw new ExpressionError(`Expected expression after ${word}`, end);
  if (word === 'in' && /\bnot\s*$/.test(text.slice(0, at)))
    throw new ExpressionError('Instead of x not in [1, 2] write not (x in [1, 2])', at);
  if (word !== 'not') throw new ExpressionError(`Expected expression before ${word}`, at);
}

/** The parser takes what it does not know for the letter alone: "\u0041" would be u0041. @throws ExpressionError */
function refuseEscape(text: string, at: number): void {
  const quote = text[at];
  if (quote !== '"' && quote !== "'") return;
  for (let i = at + 1; i < text.length && text[i] !== quote; i++) {
    if (text[i] !== '\\') continue;
    i += 1;
    const escaped = text[i] ?? '';
    if (/[0-9A-Za-z]/.test(escaped) && !/[nrtbfv]/.test(escaped))
      throw new ExpressionError(
        `\\${escaped} means nothing in a text: write the character itself, and \\\\ for a backslash`,
        i - 1,
      );
  }
}

function inOurWords(description: string): string {
  if (description === 'missing unaryOp argument') return 'Expected expression';
  if (description.startsWith('Variable names cannot start with a number'))
    return 'A name begins with a letter or _, a number ends with a digit';
  return description.replaceAll(/\s/g, ' ');
}
