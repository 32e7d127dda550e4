/** Participants, networks, connections and their accounts. */
import { ACCOUNT_KINDS } from '../account-kinds.js';
import { command, event, ROLES, type OrganisationRole } from '../command.js';
import { field } from '../fields.js';
import { LIMITS } from '../limits.js';

export const PARTICIPANT_STATUS = ['SUSPENDED', 'ACTIVE'] as const;
/** A participant acts through its host, and is admitted by being registered. */
const ADMITTED_ROLES = ROLES.filter((role): role is OrganisationRole => role !== 'PARTICIPANT');
const accountKind = field.choice('AccountKind', ACCOUNT_KINDS, 'What the account is for.');

export const organisationRoleSet = command({
  name: 'organisationRoleSet',
  ledger: 'trade',
  doc:
    'Admits an organisation to the lane in a role, or ends that. The host decides who acts in its lane; its first ' +
    'regulator too, and from then on regulators decide about regulators.',
  fields: {
    organisation: field.id('Name of the organisation, as its certificates bear it.'),
    role: field.choice('AdmittedRole', ADMITTED_ROLES, 'The role.'),
    admitted: field.flag('Whether it may act in the role from now on.'),
    reason: field.text('Why.'),
  },
});

export const participantRegister = command({
  name: 'participantRegister',
  ledger: 'trade',
  creates: 'Participant',
  doc: 'Registers a participant hosted by the organisation that gives the command.',
  fields: { participantId: field.id('Opaque id; names never reach the ledger.') },
});

export const participantStatusSet = command({
  name: 'participantStatusSet',
  ledger: 'trade',
  doc: 'Suspends a participant or makes it active again.',
  fields: {
    participant: field.ref('Participant', 'Participant number.'),
    status: field.choice('ParticipantStatus', PARTICIPANT_STATUS, 'The new status.'),
    reason: field.text('Why.'),
  },
});

export const networkRegister = command({
  name: 'networkRegister',
  ledger: 'trade',
  creates: 'Network',
  doc: 'Registers a grid network operated by the organisation that gives the command.',
  fields: {
    networkId: field.id('Id of the network.'),
    intervalSeconds: field.count('Length of its intervals: 300, 900, 1800 or 3600 s.', 3600, 300),
    timeZone: field.timeZone('IANA name of the time zone whose days its statements use.'),
    priceCapMicrosPerMWh: field.optional(
      field.price('Highest community price in the network, in micros per MWh.'),
    ),
  },
});

export const connectionRegister = command({
  name: 'connectionRegister',
  ledger: 'trade',
  creates: 'Connection',
  doc: 'Connects a meter of a participant to a network and appoints its metering data provider (A2).',
  fields: {
    meterId: field.id('Id of the meter, unique on the channel: no kilowatt-hour is counted twice.'),
    participant: field.ref('Participant', 'Participant number.'),
    network: field.ref('Network', 'Network number.'),
    zone: field.id('Zone of the network.'),
    meteringDataProvider: field.id('Organisation that records and revises its readings; not its host.'),
    sanctionedLoadW: field.powerW('Most that it may import, in W.'),
    generationCapacityW: field.powerW('Most that it may export, in W.'),
    validFrom: field.instant('First instant in force.'),
  },
});

export const connectionClose = command({
  name: 'connectionClose',
  ledger: 'trade',
  doc: 'Ends a connection at an instant that lies ahead.',
  fields: {
    connection: field.ref('Connection', 'Connection number.'),
    validTo: field.instant('First instant no longer in force.'),
    reason: field.text('Why.'),
  },
});

export const unitRegister = command({
  name: 'unitRegister',
  ledger: 'trade',
  creates: 'Unit',
  doc:
    'Registers what the accounts of a host hold: money dues in a currency, or a Sparkz series pegged to it. ' +
    'Opens the series’ issuer account.',
  fields: {
    unitKind: field.choice('UnitKind', ['DUES', 'SPARKZ'], 'Dues, or local credit.'),
    currency: field.text('ISO 4217 code.', 3),
    region: field.id('Region of the series.'),
    ceilingMicros: field.micros(
      'Most that may be issued, in micros, at most a million of the currency: `seriesCeilingSet` sets more; 0 for dues.',
    ),
  },
});

export const accountOpen = command({
  name: 'accountOpen',
  ledger: 'trade',
  creates: 'Account',
  doc: 'Opens an account in a unit, of a participant or (participant 0) of the organisation itself.',
  fields: {
    participant: field.refOrNone('Participant', 'Participant number; 0 for the organisation.'),
    network: field.refOrNone(
      'Network',
      'Network whose block of account numbers it takes one of; 0 for none.',
    ),
    unit: field.ref('Unit', 'Unit number.'),
    kind: accountKind,
    floorMicros: field.micros('Least that it may hold, in micros: 0 or, for dues, a credit limit below it.'),
  },
});

export const participantRegistered = event({
  name: 'participantRegistered',
  doc: 'A participant has its number.',
  fields: { participant: field.ref('Participant', 'Participant number.') },
});
export const networkRegistered = event({
  name: 'networkRegistered',
  doc: 'A network has its number.',
  fields: { network: field.ref('Network', 'Network number.') },
});
export const connectionRegistered = event({
  name: 'connectionRegistered',
  doc: 'A connection has its number and its place in the network.',
  fields: {
    connection: field.ref('Connection', 'Connection number.'),
    slot: field.count('Position in its network, from 0.', LIMITS.metersPerNetwork),
  },
});
export const unitRegistered = event({
  name: 'unitRegistered',
  doc: 'A unit has its number and its issuer account.',
  fields: {
    unit: field.ref('Unit', 'Unit number.'),
    issuerAccount: field.refOrNone('Account', 'Account number; 0 for dues.'),
  },
});
export const accountOpened = event({
  name: 'accountOpened',
  doc: 'An account has its number.',
  fields: { account: field.ref('Account', 'Account number.') },
});
