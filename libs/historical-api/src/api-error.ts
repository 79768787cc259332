/** A refusal in the API's own form: `{"detail": {case, message, status_code, docs, payload?}}`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly problem: string,
    message: string,
    readonly payload?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/** A request whose fields are missing or malformed, in the form `{"detail": [{loc, msg, type}]}`. */
export class FieldsError extends Error {
  override readonly name = 'FieldsError';

  constructor(
    readonly fields: readonly {
      readonly name: string;
      readonly message: string;
      readonly type: string;
    }[],
  ) {
    super(fields.map(({ name, message }) => `${name}: ${message}`).join('; '));
  }
}
