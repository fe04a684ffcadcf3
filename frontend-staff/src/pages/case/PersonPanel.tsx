import { EyeOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { useCan } from "@/app/me";
import { Pairs } from "@/components/Pairs";
import { RevealDialog, type Revealed } from "@/components/RevealDialog";

type Case = components["schemas"]["CaseOut"];

/** Applicant and agent, masked until somebody gives a reason. */
export function PersonPanel({ data, number }: { data: Case; number: string }) {
  const { t } = useTranslation("cases");
  const { t: c } = useTranslation();
  const can = useCan();
  const [asking, setAsking] = useState(false);
  const [revealed, setRevealed] = useState<Revealed | null>(null);
  const applicant = revealed?.applicant ?? data.applicant;
  const agent = revealed?.agent ?? data.agent;
  const organisation = applicant.kind === "organisation";
  return (
    <section className="panel" aria-labelledby="case-applicant">
      <div className="panel-title">
        <h2 id="case-applicant" className="panel-title">
          {t("case.applicant")}
        </h2>
        {can("personal.reveal") && !revealed && (
          <Button size="small" icon={<EyeOutlined />} onClick={() => setAsking(true)}>
            {c("reveal.show")}
          </Button>
        )}
      </div>
      <Pairs
        two
        items={[
          [t("case.name"), applicant.name],
          [t("case.kind"), c(applicant.kind)],
          [
            organisation ? t("case.creditCode") : t("case.idNumber"),
            <Mono key="id">{applicant.id_number}</Mono>,
          ],
          [t("case.mobile"), <Mono key="mobile">{applicant.mobile}</Mono>],
          [t("case.address"), applicant.address || "—"],
        ]}
      />
      {agent && (
        <>
          <h3 className="panel-title" style={{ marginTop: 16 }}>
            {t("case.agent")}
          </h3>
          <Pairs
            two
            items={[
              [t("case.name"), agent.name],
              [t("case.relation"), agent.relation || "—"],
              [t("case.idNumber"), <Mono key="id">{agent.id_number}</Mono>],
              [t("case.mobile"), <Mono key="mobile">{agent.mobile}</Mono>],
            ]}
          />
        </>
      )}
      {asking && (
        <RevealDialog
          number={number}
          onClose={() => setAsking(false)}
          onRevealed={(found) => {
            setRevealed(found);
            setAsking(false);
          }}
        />
      )}
    </section>
  );
}

function Mono({ children }: { children: string }) {
  return <span className="mono">{children || "—"}</span>;
}
