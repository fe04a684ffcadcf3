import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";

type Report = components["schemas"]["CheckReport"];

/** What stands against publishing, errors before warnings. */
export function Findings({ report }: { report: Report }) {
  const { t } = useTranslation("matters");
  const { publishable, findings } = report;
  return (
    <div className="stack" style={{ marginBottom: 16 }} role="status">
      {publishable && <Alert type="success" showIcon title={t("draft.checkOk")} />}
      {(["error", "warning"] as const).map((severity) => {
        const lines = findings.filter((finding) => finding.severity === severity);
        if (lines.length === 0) return null;
        return (
          <Alert
            key={severity}
            type={severity}
            showIcon
            title={severity === "error" ? t("draft.errors") : t("draft.warnings")}
            description={
              <ul style={{ margin: 0, paddingInlineStart: 18 }}>
                {lines.map((line) => (
                  <li key={`${line.pointer} ${line.message}`}>
                    {line.step && <span className="mono">{`${line.step}${t("colon", { ns: "common" })}`}</span>}
                    {line.message}
                  </li>
                ))}
              </ul>
            }
          />
        );
      })}
    </div>
  );
}
