/** What keeps a network from running; each message is one sentence for its operator. */

/** Fabric's programs are missing, or are of a version that is not supported. */
export class ProgramsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProgramsError';
  }
}

/** The network did not come up; the message says where it stopped. */
export class NetworkError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NetworkError';
  }
}

/** Bytes are not signed; the message says what is wrong with them, or with the key. */
export class SigningError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SigningError';
  }
}

/** An archive of Fabric's programs is refused: it is damaged, or not the one that is wanted. */
export class ArchiveError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ArchiveError';
  }
}

/** An archive could not be fetched. */
export class DownloadError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DownloadError';
  }
}
