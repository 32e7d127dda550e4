/** How deep a document nests, told without parsing it. */
import { expect, test } from '@jest/globals';
import { isNestedDeeper } from '../../api/server/nesting.js';

test.each([
  ['{ a { b } }', 2],
  ['{ a(x: [[1]]) { b } }', 4],
  ['{ a } { b } { c }', 1],
  ['{ a(x: "{{{[[(") }', 2],
  ['{ a(x: "\\"{{{") }', 2],
  ['{ a(x: "") { b } }', 2],
  ['{ a(x: """ " {{{ \\""" {{{ """) }', 2],
  ['{ # {{{\n a # }\r { b } }', 2],
  ['query($x: [[Int!]!]) { a }', 3],
])('%s nests %d deep', (document, depth) => {
  expect([isNestedDeeper(document, depth), isNestedDeeper(document, depth - 1)]).toEqual([false, true]);
});

test('what has no end is no deeper for it', () => {
  for (const document of ['{ a(x: "{{{', '{ a(x: """{{{', '{ # {{{']) {
    expect(isNestedDeeper(document, 2)).toBe(false);
  }
});
