/** What keeps a network from running; each message is one sentence for its operator. */

/** Fabric's programs are missing, or do not run. */
export class ProgramsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProgramsError';
  }
}

/** The programs are of a version that is not supported. */
export class UnsupportedProgramsError extends ProgramsError {
  constructor(message: string) {
    super(message);
    this.name = 'UnsupportedProgramsError';
  }
}

/** The network did not come up; the message says where it stopped. */
export class NetworkError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NetworkError';
  }
}

/** What was asked is refused: it would be refused again, whatever runs or is there. */
export class RefusedError extends NetworkError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RefusedError';
  }
}

/** A name that was given is of nothing that there is, or of no form; the message lists the names that there are. */
export class NameError extends NetworkError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NameError';
  }
}

/** Blocks cannot be checked by this version: nothing is said against them. */
export class UncheckableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UncheckableError';
  }
}

/** An organisation of the folder takes no part in the channel any more. */
export class OutsideError extends NetworkError {
  constructor(message: string) {
    super(message);
    this.name = 'OutsideError';
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
