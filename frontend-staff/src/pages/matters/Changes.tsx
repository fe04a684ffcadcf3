import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";

type Change = components["schemas"]["Change"];

interface Props {
  changes: Change[];
  before: string;
  after: string;
}

function readable(value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 1);
}

/** Differences one a line: where, what it was, what it is. */
export function Changes({ changes, before, after }: Props) {
  const { t } = useTranslation("matters");
  return (
    <div style={{ overflowX: "auto" }}>
      <table className="plain-table changes stacking">
        <caption>{t("versions.differences", { count: changes.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{t("versions.where")}</th>
            <th scope="col">{before}</th>
            <th scope="col">{after}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.pointer}>
              <th scope="row">{change.label}</th>
              <td data-label={before}>
                {readable(change.before) ? <del>{readable(change.before)}</del> : "—"}
              </td>
              <td data-label={after}>
                {readable(change.after) ? <ins>{readable(change.after)}</ins> : "—"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
