/** From quantities to bills, and the proof that nothing was lost on the way (E1, K2). */
import { addSafe, amountMicros } from '../../../../schema/arithmetic.js';
import { Refusal } from '../../../../schema/errors.js';
import { tariffSums, type TariffLine, type TariffSums } from '../../../../schema/trade/charges.js';
import { microsPerMWh, wh } from '../../../../schema/units.js';
import type { IntervalInput, IntervalResult } from './interval.js';
import { zeros } from './zeros.js';

export interface MemberBills {
  readonly residualImportMicros: number[];
  readonly residualExportMicros: number[];
  readonly leviesMicros: number[];
  readonly standingMicros: number[];
  readonly retailOnlyMicros: number[];
  /** What each member pays in all; negative: it receives. */
  readonly billMicros: number[];
  /** What each payee account receives; negative: it pays. */
  readonly payees: Map<number, number>;
  /** What the dues accounts owe that are settled with the stretch, in the order of their first members. */
  readonly owed: readonly Owed[];
  /** Σ owed − Σ payees: what passes between the stretch and the others, and rounding. */
  readonly balanceMicros: number;
}

/** What a dues account owes for all of its members; negative: it receives. */
export interface Owed {
  readonly account: number;
  /** The first of them. */
  readonly member: number;
  readonly amountMicros: number;
}

/** Members [from, to), in the order of the slots. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * Bills of a stretch of members, from the tariff lines that were in force for each. A dues account is settled whole,
 * with the stretch of its last member: what of it becomes a receivable does not depend on the cut (P2P-14).
 */
export function billMembers(
  input: IntervalInput,
  result: IntervalResult,
  tariffs: readonly (readonly TariffLine[])[],
  sanctionedLoadW: readonly number[],
  durationSeconds: number,
  stretch: Stretch,
): MemberBills {
  const residualImportMicros: number[] = [];
  const residualExportMicros: number[] = [];
  const leviesMicros: number[] = [];
  const standingMicros: number[] = [];
  const retailOnlyMicros: number[] = [];
  const billMicros: number[] = [];
  const payees = new Map<number, number>();
  const { account, importWh, exportWh } = input.members;
  const sumsOf = (i: number, charge?: Charge): TariffSums => {
    const energy = {
      importWh: importWh[i],
      exportWh: exportWh[i],
      boughtWh: result.contractedBoughtWh[i] + result.nominatedBoughtWh[i] + result.communityBoughtWh[i],
      soldWh: result.contractedSoldWh[i] + result.nominatedSoldWh[i] + result.communitySoldWh[i],
    };
    const interval = { start: input.start, durationSeconds, sanctionedLoadW: sanctionedLoadW[i] };
    return tariffSums(tariffs[i], energy, interval, charge);
  };
  const toPayee: Charge = ({ payee }, _, amount) => {
    if (amount !== 0) payees.set(payee, addSafe(payees.get(payee) ?? 0, amount));
  };
  for (let i = stretch.from; i < stretch.to; i++) {
    const sums = sumsOf(i, toPayee);
    residualImportMicros.push(sums.residualImportMicros);
    residualExportMicros.push(sums.residualExportMicros);
    leviesMicros.push(sums.leviesMicros);
    standingMicros.push(sums.standingMicros);
    retailOnlyMicros.push(sums.retailOnlyMicros);
    billMicros.push(billOf(result, i, sums));
  }
  const owed = owedIn(account, stretch, (i) =>
    i < stretch.from ? billOf(result, i, sumsOf(i)) : billMicros[i - stretch.from],
  );
  let balanceMicros = 0;
  for (const { amountMicros: amount } of owed) balanceMicros = addSafe(balanceMicros, amount);
  for (const amount of payees.values()) balanceMicros = addSafe(balanceMicros, 0 - amount);
  return {
    residualImportMicros,
    residualExportMicros,
    leviesMicros,
    standingMicros,
    retailOnlyMicros,
    billMicros,
    payees,
    owed,
    balanceMicros,
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Charge = Parameters<typeof tariffSums>[3];

/** What a member pays in all: its trades and what its tariff comes to. */
function billOf(result: IntervalResult, i: number, sums: TariffSums): number {
  const community =
    communityAmount(result, result.communityBoughtWh[i]) - communityAmount(result, result.communitySoldWh[i]);
  const traded = addSafe(result.bilateralMicros[i], community);
  const lines = addSafe(sums.residualImportMicros + sums.residualExportMicros, sums.leviesMicros);
  return addSafe(addSafe(traded, lines), sums.standingMicros);
}

/** Sums of the accounts whose last member lies in the stretch, over all their members. */
function owedIn(account: readonly number[], { from, to }: Stretch, billOf: (i: number) => number): Owed[] {
  const last = new Map<number, number>();
  for (let i = 0; i < account.length; i++) last.set(account[i], i);
  const owed = new Map<number, Writable<Owed>>();
  for (let i = 0; i < to; i++) {
    const end = last.get(account[i]) as number;
    if (end < from || end >= to) continue;
    const before = owed.get(account[i]);
    if (before) before.amountMicros = addSafe(before.amountMicros, billOf(i));
    else owed.set(account[i], { account: account[i], member: i, amountMicros: billOf(i) });
  }
  return [...owed.values()];
}

const communityAmount = (result: IntervalResult, quantityWh: number): number =>
  quantityWh === 0
    ? 0
    : amountMicros(microsPerMWh(result.communityPriceMicrosPerMWh as number), wh(quantityWh));

/** What rounding leaves: the community's buyers pay it more than its sellers receive. */
export function communityRounding(result: IntervalResult): number {
  let rounding = 0;
  for (const quantity of result.communityBoughtWh)
    rounding = addSafe(rounding, communityAmount(result, quantity));
  for (const quantity of result.communitySoldWh)
    rounding = addSafe(rounding, 0 - communityAmount(result, quantity));
  return rounding;
}

/** E1: in each stage as much is sold as is bought, and no meter sells or buys more than it measured. */
export function assertConservation({ members }: IntervalInput, result: IntervalResult): void {
  const count = members.importWh.length;
  const bought = zeros(count);
  const sold = zeros(count);
  addStage(bought, sold, result.contractedBoughtWh, result.contractedSoldWh);
  addStage(bought, sold, result.nominatedBoughtWh, result.nominatedSoldWh);
  addStage(bought, sold, result.communityBoughtWh, result.communitySoldWh);
  for (let i = 0; i < count; i++) {
    if (bought[i] > members.importWh[i] || sold[i] > members.exportWh[i]) throw new Refusal('CONSERVATION');
  }
}

/** Adds what members bought and sold in a stage. */
function addStage(
  bought: number[],
  sold: number[],
  stageBought: readonly number[],
  stageSold: readonly number[],
): void {
  let difference = 0;
  for (let i = 0; i < stageBought.length; i++) {
    if (stageBought[i] < 0 || stageSold[i] < 0) throw new Refusal('CONSERVATION');
    bought[i] += stageBought[i];
    sold[i] += stageSold[i];
    difference += stageBought[i] - stageSold[i];
  }
  if (difference !== 0) throw new Refusal('CONSERVATION');
}
