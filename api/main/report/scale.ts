/** Axes: round ticks, positions on paper. Plots are for the eye: amounts become floats here and nowhere else. */

export interface Scale {
  readonly ticks: readonly number[];
  /** Decimals that tell the ticks apart. */
  readonly decimals: number;
  /** Position of a value, in user units of the drawing. */
  at(value: number): number;
}

/** A linear scale that holds all of [least, most], drawn from `from` to `to`. */
export function linearScale(least: number, most: number, from: number, to: number, wanted = 7): Scale {
  const span = most - least || 1;
  const step = roundStep(span / wanted);
  const low = Math.floor(least / step + 1e-9) * step;
  const high = Math.ceil((least + span) / step - 1e-9) * step;
  const count = Math.round((high - low) / step);
  const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const precise = step * 10 ** decimals;
  return {
    ticks: Array.from({ length: count + 1 }, (_, i) => low + i * step),
    // 0.25 needs two places where 0.2 needs one.
    decimals: Math.abs(precise - Math.round(precise)) > 1e-6 ? decimals + 1 : decimals,
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
  };
}

/** The next of 1, 2, 2.5, 5 × 10^n. */
function roundStep(raw: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 2.5, 5, 10].find((f) => f * magnitude >= raw * (1 - 1e-9)) ?? 10;
  return factor * magnitude;
}
