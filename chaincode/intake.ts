/** What a chaincode process has in hand: transactions under way, and the streams of the peers that they came by. */
import type { ChaincodeInterface, ChaincodeResponse, ChaincodeStub } from 'fabric-shim';

/** A peer's stream, as far as it is ended here. */
export interface PeerStream {
  end(): void;
  once(event: 'close' | 'cancelled' | 'end', then: () => void): unknown;
}
/** A stub knows the stream that its transaction came by. */
type Stub = ChaincodeStub & { readonly handler?: { readonly _stream?: PeerStream } };

export class Intake implements ChaincodeInterface {
  private readonly streams = new Set<PeerStream>();
  private count = 0;
  private ending = false;
  private idle: () => void = () => undefined;

  constructor(private readonly inner: ChaincodeInterface) {}

  /** `ok`; or why no transaction comes here. */
  get health(): 'ok' | 'ending' | 'not connected' {
    if (this.ending) return 'ending';
    return this.streams.size > 0 ? 'ok' : 'not connected';
  }

  /** Transactions under way. */
  get inHand(): number {
    return this.count;
  }

  Init(stub: ChaincodeStub): Promise<ChaincodeResponse> {
    return this.inner.Init(stub);
  }

  async Invoke(stub: ChaincodeStub): Promise<ChaincodeResponse> {
    this.note((stub as Stub).handler?._stream);
    // Never answered: its peer hears that the stream ends, and the client asks another organisation.
    if (this.ending) return new Promise(() => undefined);
    this.count++;
    try {
      return await this.inner.Invoke(stub);
    } finally {
      this.count--;
      if (this.count === 0) this.idle();
    }
  }

  /** Takes nothing more; ends the streams once what is in hand is answered. */
  async finish(): Promise<void> {
    this.ending = true;
    if (this.count > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    // The answer is written after the transaction's promise is kept.
    await new Promise((resolve) => setImmediate(resolve));
    for (const stream of this.streams) stream.end();
  }

  private note(stream: PeerStream | undefined): void {
    if (!stream || this.streams.has(stream)) return;
    this.streams.add(stream);
    for (const event of ['close', 'cancelled', 'end'] as const) {
      stream.once(event, () => this.streams.delete(stream));
    }
  }
}
