/** Tariffs, markets, memberships, preferences, agreements. */
import type { TariffLine } from '../../../schema/trade/charges.js';
import {
  eventOf,
  num,
  numOrNull,
  text,
  type AppliedCommand,
  type Handler,
  type Projection,
} from './command.js';

export const MARKET: Readonly<Record<string, Handler>> = {
  tariffPublish: (c, { changes }) => {
    const { fields } = eventOf(c, 'tariffPublished');
    const tariff = num(fields, 'tariff');
    const version = num(fields, 'version');
    if (version === 1) changes.add('tariff', c.lane, tariff, text(c.args, 'tariffId'), c.organisation);
    const lines = (c.args.lines as TariffLine[]).map((line) => ({
      ...line,
      payee: String(line.payee),
      rateMicros: String(line.rateMicros),
    }));
    changes.add(
      'tariff_version',
      c.lane,
      tariff,
      version,
      num(c.args, 'effectiveFrom'),
      JSON.stringify(lines),
    );
  },
  marketCreate: (c, { changes }) => {
    changes.add(
      'market',
      c.lane,
      num(eventOf(c, 'marketCreated').fields, 'market'),
      text(c.args, 'marketId'),
      num(c.args, 'network'),
      num(c.args, 'unit'),
      'SETUP',
      num(c.args, 'kNumerator'),
      num(c.args, 'kDenominator'),
      num(c.args, 'roundingAccount'),
      null,
      c.block,
    );
  },
  marketOpen: (c, { changes }) => {
    changes.update(
      `update market set state = 'OPEN', opened_at = $3::bigint where number = $2::bigint and lane = $1`,
      c.lane,
      c.args.market,
      c.ledgerTimeMs,
    );
  },
  marketPause: (c, p) => {
    setState(c, p, 'PAUSED');
  },
  marketResume: (c, p) => {
    setState(c, p, 'OPEN');
  },
  membershipSet: (c, { changes }) => {
    changes.add(
      'membership',
      c.lane,
      num(c.args, 'market'),
      num(c.args, 'connection'),
      num(c.args, 'effectiveFrom'),
      num(c.args, 'tariff'),
      num(c.args, 'duesAccount'),
      num(c.args, 'receivableAccount'),
    );
  },
  communityPreferenceSet: (c, { changes }) => {
    changes.add(
      'preference',
      c.lane,
      num(c.args, 'market'),
      num(c.args, 'connection'),
      num(c.args, 'effectiveFrom'),
      numOrNull(c.args, 'minSellPriceMicrosPerMWh'),
      numOrNull(c.args, 'maxBuyPriceMicrosPerMWh'),
    );
  },
  agreementPropose: (c, { changes }) => {
    const number = num(eventOf(c, 'agreementProposed').fields, 'agreement');
    changes.add(
      'agreement',
      c.lane,
      num(c.args, 'market'),
      number,
      text(c.args, 'kind'),
      num(c.args, 'seller'),
      num(c.args, 'buyer'),
      num(c.args, 'priceMicrosPerMWh'),
      numOrNull(c.args, 'limitWh'),
      num(c.args, 'effectiveFrom'),
      numOrNull(c.args, 'effectiveTo'),
      'PROPOSED',
      c.actor,
    );
  },
  agreementAccept: changeAgreement,
  agreementReject: changeAgreement,
  agreementCancel: changeAgreement,
};

function setState(c: AppliedCommand, { changes }: Projection, state: string): void {
  const sql = 'update market set state = $3 where number = $2::bigint and lane = $1';
  changes.update(sql, c.lane, c.args.market, state);
}

function changeAgreement(c: AppliedCommand, { changes }: Projection): void {
  const { fields } = eventOf(c, 'agreementChanged');
  const state = text(fields, 'state');
  const column = { ACCEPTED: 'effective_from', CANCELLED: 'effective_to' }[state];
  changes.update(
    `update agreement set state = $3${column ? `, ${column} = $4::bigint` : ''} where number = $2::bigint and lane = $1`,
    ...[c.lane, fields.agreement, state, ...(column ? [fields.effectiveFrom] : [])],
  );
}
