/** Where an artefact lets through more than was asked for. */
export interface ConstraintNote {
  /** The JSON path of the keyword in the options, such as `tools[0].parameters.properties.code.not`. */
  readonly path: string;
  /** The keyword of JSON schema that is not enforced, or not in full. */
  readonly keyword: string;
  /** What is let through, as a sentence for people. */
  readonly message: string;
}
