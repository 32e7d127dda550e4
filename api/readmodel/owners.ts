/** Whose each connection is, in memory: a run counts its members' participants. Loaded from the database at start. */
import type { Session } from './session.js';

const LOAD_ROWS = 50_000;

export class Owners {
  /** Participants by connection number, by lane; numbers are given one after the other. */
  private readonly lanes = new Map<string, number[]>();

  static async load(session: Session): Promise<Owners> {
    const owners = new Owners();
    for (let number = -1, lane = ''; ;) {
      const { rows } = await session.run(
        `select number, lane, participant from connection where (number, lane) > ($1::bigint, $2)
         order by number, lane limit ${LOAD_ROWS}`,
        [number, lane],
      );
      for (const row of rows) {
        [number, lane] = [Number(row.number), row.lane as string];
        owners.set(lane, number, Number(row.participant));
      }
      if (rows.length < LOAD_ROWS) return owners;
    }
  }

  set(lane: string, connection: number, participant: number): void {
    let numbers = this.lanes.get(lane);
    if (!numbers) this.lanes.set(lane, (numbers = []));
    numbers[connection] = participant;
  }

  of(lane: string, connection: number): number | undefined {
    return this.lanes.get(lane)?.[connection];
  }
}
