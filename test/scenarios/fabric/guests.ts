/** Organisations that act in scenarios and have no peers on the network of tests. */
import { ROLES, type Role } from '../../../schema/command.js';

export const GUESTS: readonly string[] = [
  ...['EnergyOffice', 'Meterworks', 'Marketplace', 'Polesandwires'],
  ...['Elsewhere', 'Newcomer', 'OtherHost', 'RogueGrid', 'SecondOffice', 'Stranger'],
  ...ROLES.map(nameFor),
];

/** An organisation of a role that has no other name; Fabric's policies know no underscore in one. */
export function nameFor(role: Role): string {
  return `Some-${role.replaceAll('_', '-')}`;
}
