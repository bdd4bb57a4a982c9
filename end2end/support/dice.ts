// Chance that can be repeated.

/** The same seed gives the same numbers (mulberry32). */
export class Dice {
  constructor(private state: number) {}

  /** From 0 to 1, without 1. */
  roll(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  pick<T>(things: readonly T[]): T {
    const picked = things[Math.floor(this.roll() * things.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }

  /** Picks by weight. */
  weigh<T extends { weight: number }>(things: readonly T[]): T {
    let left = this.roll() * things.reduce((sum, { weight }) => sum + weight, 0);
    return things.find(({ weight }) => (left -= weight) < 0) ?? this.pick(things);
  }
}
