/** What a command sees of the ledger. */
import type { EventShape, Role } from '../../schema/command.js';
import type { Accounts } from './accounts.js';
import type { Directory } from './directory.js';
import type { LaneHead } from './lane-head.js';
import type { Records } from './records.js';
import type { Context } from './registry.js';
import type { Results } from './results.js';
import type { StatePort } from './state-port.js';

/** The unit of work, as commands read and write it. */
export interface LaneViews {
  readonly records: Records;
  readonly accounts: Accounts;
  readonly names: Directory;
  readonly channelNames: Directory;
}

/** One object a transaction, set to the command in hand. */
export class CommandContext implements Context {
  readonly records: Records;
  readonly accounts: Accounts;
  readonly names: Directory;
  readonly channelNames: Directory;
  readonly creator: Context['creator'];
  readonly ledgerTimeMs: number;
  readonly transactionId: string;
  actor = 0;
  role = '';
  key = '';
  private index = 0;

  constructor(
    { creator, transactionId }: StatePort,
    views: LaneViews,
    private readonly head: LaneHead,
    readonly organisation: number,
    private readonly results: Results,
  ) {
    this.records = views.records;
    this.accounts = views.accounts;
    this.names = views.names;
    this.channelNames = views.channelNames;
    this.creator = creator;
    this.ledgerTimeMs = head.ledgerTimeMs;
    this.transactionId = transactionId;
  }

  of(key: string, actor: number, role: string, index: number): this {
    this.key = key;
    this.actor = actor;
    this.role = role;
    this.index = index;
    return this;
  }

  next(counter: string, count?: number): number {
    return this.head.next(counter, count);
  }

  numberIn(organisation: string, role: Role): number | undefined {
    return this.head.numberIn(organisation, role);
  }

  countIn(role: Role): number {
    return this.head.countIn(role);
  }

  setRole(organisation: string, role: Role, admitted: boolean): void {
    this.head.setRole(organisation, role, admitted);
  }

  emit: Context['emit'] = (shape, fields, rows) => {
    this.results.emit(this.index, shape as unknown as EventShape, fields, rows);
  };
}
