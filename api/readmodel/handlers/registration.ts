/** Participants, networks, connections, units, accounts. */
import { eventOf, num, numOrNull, text, type Handler } from './command.js';

/** Kinds of account that have a floor; the others must always be able to take what settlement posts. */
const FLOORED: ReadonlySet<string> = new Set(['WALLET', 'TREASURY', 'DUES']);

export const REGISTRATION: Readonly<Record<string, Handler>> = {
  organisationRoleSet: (c, { changes }) => {
    const place = [text(c.args, 'organisation'), text(c.args, 'role'), c.lane];
    // One that is admitted again may have gone within the same blocks.
    if (c.args.admitted === true)
      changes.update('insert into admission values ($1, $2, $3, $4::bigint)', ...place, c.block);
    else
      changes.update('delete from admission where organisation = $1 and role = $2 and lane = $3', ...place);
  },
  participantRegister: (c, { changes }) => {
    const { fields } = eventOf(c, 'participantRegistered');
    const id = text(c.args, 'participantId');
    changes.add('participant', c.lane, num(fields, 'participant'), id, c.organisation, true, c.block);
  },
  participantStatusSet: (c, { changes }) => {
    changes.update(
      'update participant set active = $3::boolean where number = $2::bigint and lane = $1',
      c.lane,
      c.args.participant,
      c.args.status === 'ACTIVE',
    );
  },
  networkRegister: (c, { changes }) => {
    const { fields } = eventOf(c, 'networkRegistered');
    changes.add(
      'network',
      c.lane,
      num(fields, 'network'),
      text(c.args, 'networkId'),
      c.organisation,
      num(c.args, 'intervalSeconds'),
      text(c.args, 'timeZone'),
      numOrNull(c.args, 'priceCapMicrosPerMWh'),
      c.block,
    );
  },
  connectionRegister: (c, { changes, owners }) => {
    const { fields } = eventOf(c, 'connectionRegistered');
    owners.set(c.lane, num(fields, 'connection'), num(c.args, 'participant'));
    changes.add(
      'connection',
      c.lane,
      num(fields, 'connection'),
      text(c.args, 'meterId'),
      num(c.args, 'participant'),
      num(c.args, 'network'),
      num(fields, 'slot'),
      text(c.args, 'zone'),
      text(c.args, 'meteringDataProvider'),
      num(c.args, 'sanctionedLoadW'),
      num(c.args, 'generationCapacityW'),
      num(c.args, 'validFrom'),
      null,
      c.block,
    );
  },
  connectionClose: (c, { changes }) => {
    changes.update(
      'update connection set valid_to = $3::bigint where number = $2::bigint and lane = $1',
      c.lane,
      c.args.connection,
      c.args.validTo,
    );
  },
  unitRegister: (c, { changes, balances }) => {
    const { fields } = eventOf(c, 'unitRegistered');
    const unit = num(fields, 'unit');
    const issuerAccount = num(fields, 'issuerAccount');
    const kind = text(c.args, 'unitKind');
    const ceiling = num(c.args, 'ceilingMicros');
    const { lane, organisation } = c;
    changes.add(
      'unit',
      ...[
        lane,
        unit,
        kind,
        organisation,
        text(c.args, 'currency'),
        text(c.args, 'region'),
        ceiling,
        issuerAccount,
      ],
    );
    if (issuerAccount === 0) return;
    balances.open(lane, issuerAccount);
    changes.add('account', lane, issuerAccount, unit, 'ISSUER', null, organisation, null, 0, 0, 0, c.block);
  },
  accountOpen: (c, { changes, balances }) => {
    const account = num(eventOf(c, 'accountOpened').fields, 'account');
    const kind = text(c.args, 'kind');
    const owner = num(c.args, 'participant');
    balances.open(c.lane, account);
    changes.add(
      'account',
      c.lane,
      account,
      num(c.args, 'unit'),
      kind,
      owner === 0 ? null : owner,
      c.organisation,
      FLOORED.has(kind) ? num(c.args, 'floorMicros') : null,
      ...[0, 0, 0, c.block],
    );
  },
};
