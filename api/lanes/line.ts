/** Commands of one actor, in the order in which it gave them. */
import type { Placed } from './queue.js';

/** So many taken places are kept before the rest moves up: moving at every turn would cost each as many as wait. */
const KEPT = 1_024;

export class Line {
  private places: Placed[] = [];
  private head = 0;

  get length(): number {
    return this.places.length - this.head;
  }

  /** The one whose turn it is; undefined where none waits. */
  get first(): Placed | undefined {
    return this.places[this.head];
  }

  push(placed: Placed): void {
    this.places.push(placed);
  }

  /** Takes the first one away. */
  shift(): void {
    this.head++;
    if (this.head < KEPT || this.head < this.length) return;
    this.places = this.places.slice(this.head);
    this.head = 0;
  }
}
