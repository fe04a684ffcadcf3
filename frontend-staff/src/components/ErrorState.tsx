import { WarningOutlined } from "@ant-design/icons";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { useRouter } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "@/api/problem";
import { PartMissing } from "@/app/part";
import { MissingPart } from "@/components/MissingPart";
import { NoPermission } from "@/components/NoPermission";
import { NotFound } from "@/components/NotFound";
import { useTell } from "@/components/problems";
import { State } from "@/components/State";

interface Props {
  error: unknown;
  onRetry: () => void;
  level?: "h1" | "h2";
}

/** A failed load: what happened, the number to quote, and the way on. */
export function ErrorState({ error, onRetry, level = "h2" }: Props) {
  const { t } = useTranslation();
  const { title, detail, requestId } = useTell()(error);
  const wrong = error instanceof ApiProblem ? error.errors : [];
  if (error instanceof ApiProblem && error.status === 403) return <NoPermission />;
  if (error instanceof ApiProblem && error.status === 404) return <NotFound />;
  return (
    <div role="alert">
      <State icon={<WarningOutlined />} title={title} hint={detail || (wrong.length === 0 && t("error.next"))} level={level}>
        {wrong
          .filter(({ message }) => message !== title)
          .map(({ pointer, message }) => (
            <p key={`${pointer} ${message}`}>
              <span className="mono">{pointer.slice(1)}</span> {message}
            </p>
          ))}
        {requestId && (
          <p>
            {t("error.requestId")} <span className="mono">{requestId}</span>
          </p>
        )}
        <Button type="primary" onClick={onRetry}>
          {t("action.retry")}
        </Button>
      </State>
    </div>
  );
}

/** The router's: a page that failed to load or to draw. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  if (error instanceof PartMissing) return <MissingPart />;
  return (
    <ErrorState
      error={error}
      level="h1"
      onRetry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
}
