/** Levels of an annotation. */
export enum AnnotationLevel {
  /** For the reader's information. */
  INFO = 'info',
  /** What may not be meant; the synthesis goes on. */
  WARNING = 'warn',
  /** What stops the synthesis. */
  ERROR = 'error',
}

/**
 * Something that a construct reports when it is synthesized.
 */
export interface StackAnnotation {
  /** Level. */
  readonly level: AnnotationLevel;
  /** Id of the warning, e.g. `PUBLIC_API`; `docs/faults` has its cure. @default - the annotation is not of this library */
  readonly id?: string;
  /** What it says, without the id. */
  readonly message: string;
  /** Path of the construct. */
  readonly constructPath: string;
}
