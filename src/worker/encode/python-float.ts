/**
 * A double as Python's `repr` writes it: the shortest digits that give the value back, always with a point or an
 * exponent, the exponent form below 1e-4 and from 1e16. JavaScript finds the same digits and only sets them otherwise.
 *
 * @param value finite.
 */
export function pythonFloat(value: number): string {
  const text = String(value);
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e16) return text.includes('.') ? text : `${text}.0`;
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const sign = value < 0 ? '-' : '';
  const { digits, exponent } = digitsOf(value < 0 ? text.slice(1) : text);
  const mantissa = digits.length > 1 ? `${digits[0] ?? ''}.${digits.slice(1)}` : digits;
  return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** Digits without leading or trailing zeros, and the power of ten of the first. */
function digitsOf(text: string): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = text.split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = whole + fraction;
  const leading = all.length - all.replace(/^0+/, '').length;
  return {
    digits: all.slice(leading).replace(/0+$/, ''),
    exponent: Number(power) + whole.length - 1 - leading,
  };
}
