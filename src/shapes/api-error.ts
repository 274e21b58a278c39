/** What OpenAI's API says about a request that it refuses. */
export interface ApiErrorDetails {
  /** Where in the request: `messages[2].content[0].type`. */
  readonly param?: string | null | undefined;
  /** A word for programs: `unsupported_value`, `invalid_value`, `missing_required_parameter`, … */
  readonly code?: string | null | undefined;
  /** Default: `invalid_request_error`. */
  readonly type?: string | undefined;
  /** The HTTP status that belongs to it. Default: 400. */
  readonly status?: number | undefined;
  readonly cause?: unknown;
}

/** The body of an error of OpenAI's API. */
export interface ApiErrorJSON {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** An error in the shape of OpenAI's API: `JSON.stringify` gives the body that belongs to the status. */
export class ApiError extends Error {
  /** The HTTP status. */
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;

  constructor(message: string, details: ApiErrorDetails = {}) {
    const { param = null, code = null, type = "invalid_request_error", status = 400, cause } = details;
    super(message, cause === undefined ? {} : { cause });
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
  }

  /** The body of the answer. */
  toJSON(): ApiErrorJSON {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }

  static {
    ApiError.prototype.name = "ApiError";
  }
}
