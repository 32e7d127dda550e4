/**
 * Equal-share rounds (P2P-07): what a plant delivers is divided equally among those who have a contract with it, in
 * whole Wh; whoever needs less releases the rest, and it is divided again. Wh that cannot be divided go by K10.
 */
import { tieOrder } from './tie.js';

/** Shares of `available` Wh; each at most its need, all of it given unless all needs are met. */
export function equalShares(
  available: number,
  needs: readonly number[],
  startMs: number,
  accounts: readonly number[],
): number[] {
  const shares = needs.map(() => 0);
  let left = available;
  let open = needs.map((_, i) => i).filter((i) => needs[i] > 0);
  while (left > 0 && open.length > 0) {
    const share = (left - (left % open.length)) / open.length;
    if (share === 0) {
      const order = tieOrder(
        startMs,
        open.map((i) => accounts[i]),
      );
      for (const at of order.slice(0, left)) shares[open[at]]++;
      break;
    }
    for (const i of open) {
      const taken = Math.min(share, needs[i] - shares[i]);
      shares[i] += taken;
      left -= taken;
    }
    open = open.filter((i) => shares[i] < needs[i]);
  }
  return shares;
}
