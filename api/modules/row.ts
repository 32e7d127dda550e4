/** Rows as the database gives them: int8 and numeric as exact text. */
export type Row = Readonly<Record<string, unknown>>;

export const text = (row: Row, column: string): string => row[column] as string;
export const textOrNull = (row: Row, column: string): string | null => (row[column] ?? null) as string | null;
export const integer = (row: Row, column: string): number => Number(row[column]);
