/**
 * Canonical JSON: the one text of a value. Object keys ascend by UTF-16 code unit, no white space, numbers are
 * safe integers, nothing is undefined. Two machines that hold the same value write the same bytes (K7).
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function canonicalJson(value: Json): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0))
        throw new TypeError('canonical JSON holds safe integers only');
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalJson).join(',')}]`;
      return `{${Object.keys(value)
        .sort()
        .map((key) => `${JSON.stringify(key)}:${canonicalJson((value as Record<string, Json>)[key])}`)
        .join(',')}}`;
    case 'bigint':
    case 'undefined':
    case 'symbol':
    case 'function':
      throw new TypeError(`canonical JSON cannot hold a ${typeof value}`);
  }
}
