/** The closed lists of the language as GraphQL enumerations. */
import { registerEnumType } from 'type-graphql';
import { ROLES } from '../../schema/command.js';
import { ACCOUNT_KINDS } from '../../schema/account-kinds.js';
import { AGREEMENT_KIND, AGREEMENT_STATE, MARKET_STATE, TARIFF_BASIS } from '../../schema/trade/market.js';
import { READING_QUALITY, RUN_KIND, STAGE } from '../../schema/trade/metering.js';

/** Values by their own names. */
export type Enumeration = Readonly<Record<string, string>>;

const known = new Map<string, Enumeration>();

/** The enumeration of a name; the same one wherever it is asked for. */
export function enumOf(name: string, values: readonly string[], description: string): Enumeration {
  let found = known.get(name);
  if (!found) {
    found = Object.fromEntries(values.map((value) => [value, value]));
    registerEnumType(found, { name, description });
    known.set(name, found);
  }
  return found;
}

export const RoleEnum = enumOf('Role', ROLES, 'Role in which a command is given or a query asked.');
export const AccountKindEnum = enumOf('AccountKind', ACCOUNT_KINDS, 'What an account is for.');
export const TariffBasisEnum = enumOf('TariffBasis', TARIFF_BASIS, 'What a rate is charged on.');
export const MarketStateEnum = enumOf('MarketState', MARKET_STATE, 'SETUP, OPEN or PAUSED.');
export const AgreementKindEnum = enumOf(
  'AgreementKind',
  AGREEMENT_KIND,
  'Which stage of the waterfall it belongs to.',
);
export const AgreementStateEnum = enumOf('AgreementState', AGREEMENT_STATE, 'State of an agreement.');
export const QualityEnum = enumOf('ReadingQuality', READING_QUALITY, 'How a reading came about.');
export const RunKindEnum = enumOf('RunKind', RUN_KIND, 'INITIAL, FINAL or REVISION.');
export const StageEnum = enumOf('Stage', STAGE, 'Stage of the waterfall.');
export const UnitKindEnum = enumOf('UnitKind', ['DUES', 'SPARKZ'], 'Dues, or local credit.');
