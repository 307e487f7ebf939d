/** Levels of an annotation. */
export enum AnnotationLevel {
  /** Information for the reader. */
  INFO = 'info',
  /** Something that may not be intended; synthesis continues. */
  WARNING = 'warn',
  /** Something that makes synthesis fail. */
  ERROR = 'error',
}

/**
 * Something that a construct reports when it is synthesized.
 */
export interface StackAnnotation {
  /** Level. */
  readonly level: AnnotationLevel;
  /** Id of the warning, e.g. `PUBLIC_API`; `docs/faults` describes its cure. @default - the annotation is not of this library */
  readonly id?: string;
  /** Its text, without the id. */
  readonly message: string;
  /** Path of the construct. */
  readonly constructPath: string;
}
