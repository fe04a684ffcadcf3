import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { pointerPath } from "@/api/problem";
import type { components } from "@/api/schema";
import { intoView } from "@/components/intoView";

type Report = components["schemas"]["CheckReport"];

/** To the field that a finding means, or the first of the row or list. */
function goTo(pointer: string) {
  const id = pointerPath(pointer).join("_");
  const field = document.getElementById(id) ?? document.querySelector(`[id^="${CSS.escape(id)}_"]`);
  field?.scrollIntoView({ block: "center" });
  if (field instanceof HTMLElement) field.focus({ preventScroll: true });
}

/** What stands against publishing, errors before warnings; each leads to what it is about. */
export function Findings({ report }: { report: Report }) {
  const { t } = useTranslation("matters");
  const { publishable, findings } = report;
  return (
    <div className="stack notice" role="status" ref={intoView}>
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
                    {line.pointer ? (
                      <Button type="link" className="in-text" onClick={() => goTo(line.pointer)}>
                        {line.message}
                      </Button>
                    ) : (
                      line.message
                    )}
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
