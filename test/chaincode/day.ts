/** A community's day with what goes wrong in it, as the transactions that a chaincode is given. */
import type { TransactionRequest } from '../../network/ledger.js';
import { SUBMIT } from '../../schema/contract.js';
import type { Args } from '../../schema/command.js';
import { marketPause, marketResume } from '../../schema/trade/market.js';
import { holdCapture, holdPlace, sparkzTransfer } from '../../schema/trade/money.js';
import { networkRegister } from '../../schema/trade/registration.js';
import { Community } from '../scenarios/community.js';
import {
  embeddedEngine,
  participant,
  QUARTER,
  regulator,
  START_MS,
  type Engine,
} from '../scenarios/world.js';
import type { Given } from './hand-peer.js';

export interface Day {
  readonly given: readonly Given[];
  /** What the embedded ledger came to. */
  readonly stateDigest: string;
}

/** An embedded ledger, and every transaction that is tried on it. */
async function notedEngine(given: Given[]): Promise<Engine> {
  const engine = await embeddedEngine();
  const { ledger } = engine;
  let timeMs = START_MS;
  const submit = ({ lane, identity, args }: TransactionRequest) => {
    given.push({ ...identity, timeMs, args: [SUBMIT, args] });
    return ledger.submit({ lane, identity, args });
  };
  const noted = new Proxy(ledger, {
    get: (of, name) => {
      const value: unknown = name === 'submit' ? submit : Reflect.get(of, name, of);
      return typeof value === 'function' ? (value as () => unknown).bind(of) : value;
    },
  });
  return {
    ledger: noted,
    setTime: (to) => engine.setTime((timeMs = to)),
    dispose: () => engine.dispose(),
  };
}

/** In letters of many scripts, also those that change their case by locale, or are more than one code unit. */
const WORDS = ['Zähler İstanbul ıßŒ', '東京の電力 ⚡', 'ﷺ العداد', '𝔘𝔫𝔦 👩‍👩‍👧 e\u0301', 'ǅ\u0000\u2028'];

export async function communityDay(): Promise<Day> {
  const given: Given[] = [];
  const at = await Community.open({ homes: 5, duesFloor: -200_000 }, () => notedEngine(given));
  await at.agree('CONTRACTED', 0, 3, 0.25, 400, START_MS + 2 * QUARTER);
  await at.agree('NOMINATED', 4, 1, 0.2, null, START_MS + 2 * QUARTER);
  const [me, other] = at.homes.map((home) => participant(home.participant));
  const [mine, theirs] = at.homes.map((home) => home.wallet);
  await at.mint(0, 5_000_000);
  for (let i = 0; i < 5; i++) {
    const start = START_MS + i * QUARTER;
    at.world.at(start + QUARTER);
    const wh = at.homes.map((_, h) => [(i * 37 + h * 211) % 900, (i * 53 + h * 307) % 1_100] as const);
    await at.read(start, wh);
    // Settled twice, and once too early: refused.
    await at.settle(start);
    await at.settle(start);
    await at.settle(start + QUARTER);
    await at.world.give(me, sparkzTransfer, { from: mine, to: theirs, amountMicros: 1 + i } as Args<
      typeof sparkzTransfer
    >);
    await at.world.give(other, sparkzTransfer, { from: mine, to: theirs, amountMicros: 1 } as Args<
      typeof sparkzTransfer
    >);
  }
  const hold = {
    ...{ account: mine, payee: theirs, amountMicros: 700, purpose: 'charging' },
    expiresAt: at.world.now + QUARTER,
  };
  await at.world.must(me, holdPlace, hold as Args<typeof holdPlace>);
  await at.world.give(other, holdCapture, { hold: 1, amountMicros: 200 } as Args<typeof holdCapture>);
  for (const reason of WORDS) {
    await at.world.give(regulator, marketPause, { market: at.market, reason });
    await at.world.give(regulator, marketResume, { market: at.market, reason });
  }
  await at.revise(
    START_MS,
    at.homes.map(() => [1, 2]),
  );
  // Refused whole: by who gives it, by its form.
  const network = { networkId: 'n', intervalSeconds: 900, timeZone: 'UTC', priceCapMicrosPerMWh: null };
  const stranger = { organisation: 'Stranger', role: 'NETWORK_OPERATOR' } as const;
  await at.world
    .give(stranger, networkRegister, network as Args<typeof networkRegister>)
    .catch(() => undefined);
  given.push({ ...given[0], timeMs: at.world.now, args: [SUBMIT, Buffer.from('[1,"\ud83d')] });
  given.push({ ...given[0], timeMs: at.world.now, args: ['no such thing', 'ß'] });
  const stateDigest = await at.world.ledger.stateDigest();
  await at.world.close();
  return { given, stateDigest };
}
