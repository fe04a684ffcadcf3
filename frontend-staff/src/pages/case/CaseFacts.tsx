import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { formatMoment } from "@/components/dates";
import { Pairs } from "@/components/Pairs";
import { useWords } from "@/components/words";

export function CaseFacts({ data }: { data: components["schemas"]["CaseOut"] }) {
  const { t } = useTranslation("cases");
  const words = useWords();
  return (
    <section className="panel" aria-labelledby="case-facts">
      <h2 id="case-facts">{t("case.facts")}</h2>
      <Pairs
        items={[
          [t("col.accepting"), data.accepting.name],
          [t("col.home"), data.home.name],
          [t("col.responsible"), data.responsible.name],
          [t("col.deciding"), data.deciding?.name ?? "—"],
          [t("case.issuing"), data.issuing.name],
          [t("col.cross"), words("cross", data.cross_handling)],
          [t("col.linkage"), words("linkage", data.linkage)],
          [
            t("col.handling"),
            `${words("handling", data.handling)} · ${words("caseKind", data.case_kind)}`,
          ],
          [t("col.channel"), t(`channel.${data.channel}`)],
          [
            t("col.registeredBy"),
            `${data.registered_by.name} · ${formatMoment(data.registered_at)}`,
          ],
          [t("col.concluded"), formatMoment(data.concluded_at)],
          [
            t("case.queryCode"),
            <span key="code" className="mono">
              {data.query_code ?? "—"}
            </span>,
          ],
          [t("col.matter"), t("case.version", { version: data.matter_version })],
        ]}
      />
    </section>
  );
}
