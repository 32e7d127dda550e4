/**
 * How deep a document's brackets nest, told before it is parsed: the parser calls itself for each of them, until there
 * is no stack left.
 */

/** Whether brackets nest deeper than `most`, outside strings and comments; in one pass, as anybody may send anything. */
export function isNestedDeeper(document: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < document.length; at++) {
    switch (document[at]) {
      case '{':
      case '[':
      case '(':
        if (++depth > most) return true;
        break;
      case '}':
      case ']':
      case ')':
        depth--;
        break;
      case '"':
        at = document.startsWith('"""', at) ? endOfBlock(document, at + 3) : endOfString(document, at + 1);
        break;
      case '#':
        while (at < document.length && !isLineEnd(document[at])) at++;
    }
  }
  return false;
}

const isLineEnd = (character: string): boolean => character === '\n' || character === '\r';

/** Place of the quote that ends a string; one without an end is refused by the parser, where its line ends. */
function endOfString(document: string, from: number): number {
  let at = from;
  while (at < document.length && document[at] !== '"' && !isLineEnd(document[at])) {
    at += document[at] === '\\' ? 2 : 1;
  }
  return at;
}

/** Place of the last of the three quotes that end a block string. */
function endOfBlock(document: string, from: number): number {
  let at = document.indexOf('"""', from);
  while (at > from && document[at - 1] === '\\') at = document.indexOf('"""', at + 3);
  return at < 0 ? document.length : at + 2;
}
