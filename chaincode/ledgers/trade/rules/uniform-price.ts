/**
 * The uniform price of a book of sell and buy orders (P2P-03). Orders are sorted by price and swept from the best
 * pair on while the buyer offers at least what the seller asks. With K the last matched unit, the price lies in
 * [max(s_K, b_K+1), min(b_K, s_K+1)]: whoever is matched gains or is even, whoever is left out would not have gained.
 */
import { addSafe, mulDivFloor } from '../../../../schema/arithmetic.js';
import { ascendingByPrice, descendingByPrice } from './price-order.js';

/** Orders of one side, as columns. Prices in micros per MWh, quantities in Wh. */
export interface OrderColumns {
  readonly price: Float64Array;
  readonly quantityWh: Float64Array;
}

export interface UniformPrice {
  /** Wh that trade. */
  readonly quantityWh: number;
  /** Null where nothing trades. */
  readonly priceMicrosPerMWh: number | null;
  /** Orders from the best price on, by index. */
  readonly sellOrder: Uint32Array;
  readonly buyOrder: Uint32Array;
}

/** k: an exact fraction. */
export interface Weight {
  readonly numerator: number;
  readonly denominator: number;
}

/** Matches a book and sets the one price of all its trades. */
export function uniformPrice(sells: OrderColumns, buys: OrderColumns, k: Weight): UniformPrice {
  const sellOrder = ascendingByPrice(sells.price);
  const buyOrder = descendingByPrice(buys.price);
  let s = 0;
  let b = 0;
  let sellLeft = 0;
  let buyLeft = 0;
  let matched = 0;
  let lastSell = 0;
  let lastBuy = 0;
  for (;;) {
    while (sellLeft === 0 && s < sellOrder.length) sellLeft = sells.quantityWh[sellOrder[s++]];
    while (buyLeft === 0 && b < buyOrder.length) buyLeft = buys.quantityWh[buyOrder[b++]];
    if (sellLeft === 0 || buyLeft === 0) break;
    const ask = sells.price[sellOrder[s - 1]];
    const bid = buys.price[buyOrder[b - 1]];
    if (bid < ask) break;
    const quantity = sellLeft < buyLeft ? sellLeft : buyLeft;
    matched += quantity;
    sellLeft -= quantity;
    buyLeft -= quantity;
    lastSell = ask;
    lastBuy = bid;
  }
  if (matched === 0) return { quantityWh: 0, priceMicrosPerMWh: null, sellOrder, buyOrder };
  // The unit after K on each side: the rest of the order in hand, or nothing where the side is used up.
  const low = buyLeft > 0 ? Math.max(lastSell, buys.price[buyOrder[b - 1]]) : lastSell;
  const high = sellLeft > 0 ? Math.min(lastBuy, sells.price[sellOrder[s - 1]]) : lastBuy;
  const price = low + mulDivFloor(high - low, k.numerator, k.denominator);
  return { quantityWh: addSafe(matched, 0), priceMicrosPerMWh: price, sellOrder, buyOrder };
}
