import { organisationRoleSet as shape } from '../../../../schema/trade/registration.js';
import { rule } from '../../../kernel/registry.js';
import { require } from '../../../kernel/unit-of-work.js';

/** Roles that the lane's own organisation never has: nobody oversees or measures itself (A2). */
const APART: ReadonlySet<string> = new Set(['REGULATOR', 'METERING_DATA_PROVIDER']);

/**
 * Who may act in a lane. Certificates say what an organisation calls itself; that it may act as such here is decided by
 * the host, and about regulators, once there is one, by regulators alone: no host chooses anew who oversees it.
 */
export const organisationRoleSet = rule(
  shape,
  {
    roles: ['HOST', 'REGULATOR'],
    consent: 'a regulator’s about regulators, once there is one',
    reason: true,
  },
  (c, { organisation, role, admitted }) => {
    const isOwn = organisation === c.records.lane;
    require(!isOwn || !(admitted && APART.has(role)), 'NOT_AUTHORISED', 'role');
    // The lane is its host's for as long as it exists.
    require(!isOwn || role !== 'HOST', 'NOT_AUTHORISED', 'role');
    if (role === 'REGULATOR') {
      const regulators = c.countIn('REGULATOR');
      require(c.role === 'REGULATOR' || regulators === 0, 'NOT_AUTHORISED', 'role');
      const isLast = regulators === 1 && c.numberIn(organisation, role) !== undefined;
      require(admitted || !isLast, 'NOT_AUTHORISED', 'organisation');
    } else {
      require(c.creator.organisation === c.records.lane && c.role === 'HOST', 'NOT_AUTHORISED', 'role');
    }
    require((c.numberIn(organisation, role) !== undefined) !== admitted, 'WRONG_STATE', 'admitted');
    c.setRole(organisation, role, admitted);
  },
);
