import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { useReadable } from "@/pages/matters/readable";

type Change = components["schemas"]["Change"];

interface Props {
  changes: Change[];
  before: string;
  after: string;
}

/** Differences one a line: where, what it was, what it is. */
export function Changes({ changes, before, after }: Props) {
  const { t } = useTranslation("matters");
  const readable = useReadable();
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
          {changes.map((change) => {
            const was = readable(change.pointer, change.before);
            const is = readable(change.pointer, change.after);
            return (
              <tr key={change.pointer}>
                <th scope="row">{change.label}</th>
                <td data-label={before}>{was ? <del>{was}</del> : "—"}</td>
                <td data-label={after}>{is ? <ins>{is}</ins> : "—"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
