import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { Pairs } from "@/components/Pairs";
import { useWords } from "@/components/words";
import { OfferingsPanel } from "@/pages/matters/OfferingsPanel";
import { useMatterWords } from "@/pages/matters/words";

type Content = components["schemas"]["Content-Output"];

export function SummaryTab({ content }: { content: Content }) {
  const { t } = useTranslation("matters");
  const { t: c } = useTranslation();
  const words = useWords();
  const { word, days } = useMatterWords();
  const { approving_unit: unit, result, guide } = content;
  const yes = (value: boolean) => (value ? c("yes") : c("no"));
  return (
    <div className="stack">
      <section className="panel">
        <h2>{t("draft.basics")}</h2>
        <Pairs
          two
          items={[
            [t("category"), content.category],
            [t("powerType"), content.power_type],
            [t("level"), word("level", content.level)],
            [t("handling"), words("handling", content.handling)],
            [t("approvingUnit"), `${word("level", unit.level)} · ${unit.unit}`],
            [t("caseKind"), words("caseKind", content.case_kind)],
            [t("statutoryDays"), days(content.statutory_days)],
            [t("promisedDays"), days(content.promised_days)],
            [t("scope"), word("cross_handling_scope", content.cross_handling_scope)],
            [t("homeBasis"), t(`homeBases.${content.home_basis}`)],
            [t("mode"), t(`modes.${content.acceptance_mode}`)],
            [t("onlinePreReview"), yes(content.online_pre_review)],
            [t("fee"), content.fee ? String(content.fee) : t("free")],
            [t("nationalCode"), content.national_code ?? "—"],
            [t("resultName"), result.name || "—"],
            [t("visits"), String(guide.visits)],
            [t("mail"), yes(guide.mail)],
            [t("missedPromise"), t(`missedPromises.${content.missed_promise_action}`)],
            [
              t("suspensionReasons"),
              content.suspension_reasons.map((reason) => words("suspension", reason)).join(t("comma", { ns: "common" })) ||
                c("none"),
            ],
            [t("source"), content.source || "—"],
          ]}
        />
      </section>
      <OfferingsPanel code={content.code} />
      <TextList title={t("conditions")} lines={content.conditions} />
      <TextList title={t("legalBasis")} lines={content.legal_basis} />
    </div>
  );
}

function TextList({ title, lines }: { title: string; lines: string[] }) {
  const { t } = useTranslation();
  return (
    <section className="panel">
      <h2>{title}</h2>
      {lines.length === 0 ? (
        <p className="muted">{t("none")}</p>
      ) : (
        <ol style={{ margin: 0, paddingInlineStart: 20 }}>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ol>
      )}
    </section>
  );
}
