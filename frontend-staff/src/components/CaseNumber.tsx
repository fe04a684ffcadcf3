import { Link } from "@tanstack/react-router";
import { Typography } from "antd";
import { useTranslation } from "react-i18next";

/** A case number in fixed-width digits with a copy button; a draft shows as one. */
export function CaseNumber({
  number,
  id,
  link = true,
}: {
  number: string | null;
  id: string;
  link?: boolean;
}) {
  const { t } = useTranslation("cases");
  const { t: c } = useTranslation();
  if (number === null) {
    return link ? (
      <Link to="/accept/$draft" params={{ draft: id }}>
        {t("draftNumber")}
      </Link>
    ) : (
      <span className="muted">{t("draftNumber")}</span>
    );
  }
  return (
    <Typography.Text
      className="mono"
      style={{ whiteSpace: "nowrap" }}
      copyable={{ text: number, tooltips: [c("action.copy"), c("action.copied")] }}
    >
      {link ? (
        <Link to="/cases/$number" params={{ number }}>
          {number}
        </Link>
      ) : (
        number
      )}
    </Typography.Text>
  );
}
