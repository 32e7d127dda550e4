/** The id of a trade, the same for both sides (P2P-15), and the number by which a community trade is found by it. */
import { hash } from 'node:crypto';

/** SHA-256 over [lane, market, start, run, stage, buyer, seller, agreement], hex; the view `trade` computes the same. */
export const tradeId = (
  run: readonly [lane: string, market: number, start: number, run: number],
  stage: string,
  {
    buyer,
    seller,
    agreement,
  }: { readonly buyer: number; readonly seller: number; readonly agreement: number },
): string => hash('sha256', JSON.stringify([...run, stage, buyer, seller, agreement]));

/** First four bytes of an id, as a signed integer. */
export const tradeKey = (id: string): number => parseInt(id.slice(0, 8), 16) | 0;
