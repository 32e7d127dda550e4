/** Which time zones there are: those of the runtime's table. What depends on it never reaches the ledger's rules. */
import { IANAZone } from 'luxon';

/** Whether a name is that of a time zone, as Australia/Perth. */
export const isTimeZone = (name: string): boolean => IANAZone.isValidZone(name);
