import { useTranslation } from "react-i18next";
import { useLabel, useReadable } from "@/pages/matters/readable";
import type { Conflict } from "@/pages/matters/draft/merge";

/** What both have changed: where, and what each made of it. */
export function Conflicts({ both, name }: { both: Conflict[]; name: string }) {
  const { t } = useTranslation("matters");
  const readable = useReadable();
  const label = useLabel();
  return (
    <>
      <p>{t("draft.bothHint")}</p>
      <table className="plain-table changes stacking">
        <caption>{t("draft.both", { count: both.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{t("versions.where")}</th>
            <th scope="col">{t("draft.theirs", { name })}</th>
            <th scope="col">{t("draft.mine")}</th>
          </tr>
        </thead>
        <tbody>
          {both.map(({ pointer, names, mine, theirs }) => (
            <tr key={pointer}>
              <th scope="row">{label(pointer, names)}</th>
              <td data-label={t("draft.theirs", { name })}>
                {theirs === undefined ? t("draft.removed") : readable(pointer, theirs) || "—"}
              </td>
              <td data-label={t("draft.mine")}>
                {mine === undefined ? t("draft.removed") : readable(pointer, mine) || "—"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
