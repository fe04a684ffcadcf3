/** A failure of the API: problem details (RFC 9457), or the network's own. */

export interface FieldProblem {
  /** JSON pointer into the body that was sent, like `/form/age`. */
  pointer: string;
  code: string;
  message: string;
}

interface ProblemBody {
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors: FieldProblem[];
  /** Only with `totp_enrolment_required` and `password_change_required`. */
  token?: string;
}

export class ApiProblem extends Error {
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super(body.detail);
    this.name = "ApiProblem";
    this.body = body;
  }

  get code(): string {
    return this.body.code;
  }

  get status(): number {
    return this.body.status;
  }

  get errors(): FieldProblem[] {
    return this.body.errors;
  }
}

function isProblemBody(value: unknown): value is ProblemBody {
  return typeof value === "object" && value !== null && "code" in value && "title" in value;
}

/** What to throw for an answer that is not 2xx; `body` is its JSON if it had any. */
export function problemOf(response: Response, body: unknown): ApiProblem {
  if (isProblemBody(body)) return new ApiProblem({ ...body, errors: body.errors ?? [] });
  return new ApiProblem({
    title: response.statusText || `HTTP ${response.status}`,
    status: response.status,
    detail: response.statusText || `HTTP ${response.status}`,
    code: "unexpected",
    request_id: response.headers.get("x-request-id") ?? "",
    errors: [],
  });
}

/** `/form/children/0/name` → `["form", "children", 0, "name"]`, as antd's Form names its fields. */
export function pointerPath(pointer: string): (string | number)[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
