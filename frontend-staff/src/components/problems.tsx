/** How a failed call is shown: as a message, or beside the fields that it concerns. */
import { Alert, App, type FormInstance } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem, pointerPath } from "@/api/problem";
import { intoView } from "@/components/intoView";

export interface Told {
  title: string;
  detail: string;
  requestId: string;
}

/** What to tell of any failure, in the person's words. */
export function useTell() {
  const { t, i18n } = useTranslation();
  return useCallback(
    (error: unknown): Told => {
      if (!(error instanceof ApiProblem)) {
        return { title: t("error.title"), detail: t("error.network"), requestId: "" };
      }
      const { title, detail, request_id, code } = error.body;
      const key = `advice.${code}`;
      const advice = i18n.exists(key) ? t(key as "advice.too_many_failures") : "";
      return { title, detail: detail === title ? advice : detail, requestId: request_id };
    },
    [t, i18n],
  );
}

/** Shows a failure as a passing message; for actions that have no form. */
export function useProblemMessage() {
  const { notification } = App.useApp();
  const tell = useTell();
  const { t } = useTranslation();
  return useCallback(
    (error: unknown) => {
      const { title, detail, requestId } = tell(error);
      const lines = error instanceof ApiProblem ? error.errors.map((one) => one.message) : [];
      notification.error({
        title,
        description: (
          <>
            {[...new Set([detail, ...lines])]
              .filter((line) => line && line !== title)
              .map((line) => (
              <div key={line}>{line}</div>
            ))}
            {requestId && (
              <div className="muted mono">
                {t("error.requestId")} {requestId}
              </div>
            )}
          </>
        ),
        role: "alert",
      });
    },
    [notification, tell, t],
  );
}

interface Place {
  /** Fields whose pointers differ from the form's names, as `{"/home_code": ["home"]}`. */
  rename?: Record<string, (string | number)[]>;
}

/**
 * Puts a problem's field errors onto the form; what fits no field, and the title, stand in `notice`.
 * The first wrong field is scrolled to and focused.
 */
export function useFormProblems<T>(form: FormInstance<T>, { rename = {} }: Place = {}) {
  const [problem, setProblem] = useState<{ error: unknown; loose: string[] } | null>(null);

  function show(error: unknown) {
    const loose: string[] = [];
    const registered = new Set(form.getFieldsError().map((field) => JSON.stringify(field.name)));
    let first: (string | number)[] | null = null;
    for (const { pointer, message } of error instanceof ApiProblem ? error.errors : []) {
      const name = rename[pointer] ?? pointerPath(pointer);
      if (!registered.has(JSON.stringify(name))) {
        loose.push(message);
      } else {
        form.setFields([{ name: name as never, errors: [message] }]);
        first ??= name;
      }
    }
    setProblem({ error, loose });
    if (first) form.scrollToField(first as never, { focus: true, block: "center" });
  }

  return {
    show,
    clear: () => setProblem(null),
    notice: problem && <ProblemAlert error={problem.error} lines={problem.loose} />,
  };
}

/**
 * A failure above the form that it belongs to; `lines` default to the problem's own, each with its
 * place in what was sent. Who can put it right at a field needs no number to report.
 */
export function ProblemAlert({ error, lines: given }: { error: unknown; lines?: string[] }) {
  const { t } = useTranslation();
  const told = error instanceof ApiProblem ? error.errors : [];
  const lines = given?.map((message) => ({ message, pointer: "" })) ?? told;
  const { title, detail, requestId } = useTell()(error);
  // What stands at a field is seen there.
  const unplaced = told.length === 0 || lines.length > 0;
  return (
    <div ref={unplaced ? intoView : undefined} className="notice">
      <Alert
        type="error"
        showIcon
        role="alert"
        title={title}
        description={
          <>
            {detail && <div>{detail}</div>}
            {lines.length > 0 && (
              <ul style={{ margin: 0, paddingInlineStart: 18 }}>
                {lines.map(({ message, pointer }) => (
                  <li key={pointer + message}>
                    {message} {pointer && <span className="muted mono">{pointer}</span>}
                  </li>
                ))}
              </ul>
            )}
            {requestId && told.length === 0 && (
              <div className="muted mono">
                {t("error.requestId")} {requestId}
              </div>
            )}
          </>
        }
      />
    </div>
  );
}
