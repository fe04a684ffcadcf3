import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
  /** Beside the title: a status, a number. */
  extra?: ReactNode;
}

/** The page's one h1; also names the browser's tab. */
export function PageHeader({ title, hint, actions, extra }: Props) {
  const { t } = useTranslation();
  const desk = `${t("app.name")} · ${t("app.desk")}`;
  useEffect(() => {
    document.title = `${title} – ${desk}`;
  }, [title, desk]);
  return (
    <header className="page-header">
      <div>
        <div className="row">
          <h1>{title}</h1>
          {extra}
        </div>
        {hint && <p>{hint}</p>}
      </div>
      {actions && <div className="row no-print">{actions}</div>}
    </header>
  );
}
