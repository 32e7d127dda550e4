/** From quantities to bills, and the proof that nothing was lost on the way (E1, K2). */
import { addSafe, amountMicros } from '../../../../schema/arithmetic.js';
import { Refusal } from '../../../../schema/errors.js';
import { tariffSums, type TariffLine } from '../../../../schema/trade/charges.js';
import { microsPerMWh, wh } from '../../../../schema/units.js';
import type { IntervalInput, IntervalResult } from './interval.js';

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
  /** Σ bills − Σ payees: what these members pay to members outside the stretch, and to rounding. */
  readonly balanceMicros: number;
}

/** Members [from, to), in the order of the slots. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Bills of a stretch of members, from the tariff lines that were in force for each. */
export function billMembers(
  input: IntervalInput,
  result: IntervalResult,
  tariffs: readonly (readonly TariffLine[])[],
  sanctionedLoadW: readonly number[],
  durationSeconds: number,
  { from, to }: Stretch,
): MemberBills {
  const bills = {
    residualImportMicros: [] as number[],
    residualExportMicros: [] as number[],
    leviesMicros: [] as number[],
    standingMicros: [] as number[],
    retailOnlyMicros: [] as number[],
    billMicros: [] as number[],
    payees: new Map<number, number>(),
  };
  const { importWh, exportWh } = input.members;
  let balanceMicros = 0;
  for (let i = from; i < to; i++) {
    const energy = {
      importWh: importWh[i],
      exportWh: exportWh[i],
      boughtWh: result.contractedBoughtWh[i] + result.nominatedBoughtWh[i] + result.communityBoughtWh[i],
      soldWh: result.contractedSoldWh[i] + result.nominatedSoldWh[i] + result.communitySoldWh[i],
    };
    const interval = { start: input.start, durationSeconds, sanctionedLoadW: sanctionedLoadW[i] };
    const sums = tariffSums(tariffs[i], energy, interval, ({ payee }, _, amount) => {
      if (amount !== 0) bills.payees.set(payee, addSafe(bills.payees.get(payee) ?? 0, amount));
    });
    bills.residualImportMicros.push(sums.residualImportMicros);
    bills.residualExportMicros.push(sums.residualExportMicros);
    bills.leviesMicros.push(sums.leviesMicros);
    bills.standingMicros.push(sums.standingMicros);
    bills.retailOnlyMicros.push(sums.retailOnlyMicros);
    const community =
      communityAmount(result, result.communityBoughtWh[i]) -
      communityAmount(result, result.communitySoldWh[i]);
    const traded = addSafe(result.bilateralMicros[i], community);
    const lines = addSafe(sums.residualImportMicros + sums.residualExportMicros, sums.leviesMicros);
    const bill = addSafe(addSafe(traded, lines), sums.standingMicros);
    bills.billMicros.push(bill);
    balanceMicros = addSafe(balanceMicros, bill);
  }
  for (const amount of bills.payees.values()) balanceMicros = addSafe(balanceMicros, 0 - amount);
  return { ...bills, balanceMicros };
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
  const stages = [
    [result.contractedBoughtWh, result.contractedSoldWh],
    [result.nominatedBoughtWh, result.nominatedSoldWh],
    [result.communityBoughtWh, result.communitySoldWh],
  ];
  const bought = members.importWh.map(() => 0);
  const sold = members.exportWh.map(() => 0);
  for (const [stageBought, stageSold] of stages) {
    let difference = 0;
    stageBought.forEach((quantity, i) => {
      if (quantity < 0 || stageSold[i] < 0) throw new Refusal('CONSERVATION');
      bought[i] += quantity;
      sold[i] += stageSold[i];
      difference += quantity - stageSold[i];
    });
    if (difference !== 0) throw new Refusal('CONSERVATION');
  }
  members.importWh.forEach((imported, i) => {
    if (bought[i] > imported || sold[i] > members.exportWh[i]) throw new Refusal('CONSERVATION');
  });
}
