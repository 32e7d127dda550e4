/** Waits for a condition. */

const LOOK_MS = 50;
/** Nothing that a network mends by itself takes longer. */
const PATIENCE_MS = 180_000;

/** Throws where it does not come to be. */
export async function until(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await is())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await seconds(LOOK_MS / 1000);
  }
}

export const seconds = (count: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, count * 1000));
