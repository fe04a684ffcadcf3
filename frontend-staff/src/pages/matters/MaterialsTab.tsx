import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import type { Matter } from "@/components/matters";
import { useWords } from "@/components/words";

export function MaterialsTab({ matter }: { matter: Matter }) {
  const { t } = useTranslation("matters");
  const { t: c } = useTranslation();
  const words = useWords();
  const yes = (value: boolean) => (value ? c("yes") : c("no"));
  if (matter.content.materials.length === 0) return <EmptyState title={t("material.none")} hint=" " />;
  return (
    <section className="panel" style={{ overflowX: "auto" }}>
      <table className="plain-table stacking">
        <caption className="visually-hidden">{t("tab.materials")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("material.name")}</th>
            <th scope="col">{t("material.kind")}</th>
            <th scope="col">{t("material.copies")}</th>
            <th scope="col">{t("material.required")}</th>
            <th scope="col">{t("material.deferrable")}</th>
            <th scope="col">{t("material.eLicence")}</th>
            <th scope="col">{t("material.note")}</th>
          </tr>
        </thead>
        <tbody>
          {matter.content.materials.map((material) => (
            <tr key={material.key}>
              <th scope="row">{material.name}</th>
              <td data-label={t("material.kind")}>{words("received", material.kind)}</td>
              <td data-label={t("material.copies")}>{material.copies}</td>
              <td data-label={t("material.required")}>{yes(material.required)}</td>
              <td data-label={t("material.deferrable")}>{yes(material.deferrable)}</td>
              <td data-label={t("material.eLicence")}>{yes(material.e_licence)}</td>
              <td data-label={t("material.note")}>{material.note || "—"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
