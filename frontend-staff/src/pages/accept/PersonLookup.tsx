import { CheckOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App, Button, Form } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { CaseNumber } from "@/components/CaseNumber";
import { formatDate } from "@/components/dates";
import { Loaded } from "@/components/Loaded";
import { matterQuery } from "@/components/matters";
import { StatusTag } from "@/components/StatusTag";
import { isMasked, judgeCreditCode, judgeResidentId } from "@/forms/idNumber";
import { PapersElsewhere, type TakingOver } from "@/pages/accept/PapersElsewhere";
import { heldBy, type MaterialValue } from "@/pages/accept/values";

type Person = components["schemas"]["PersonOut"];
type Material = components["schemas"]["Material-Output"];

/** Once the ID number is complete: the person's earlier cases, and papers that serve again. */
export function PersonLookup(taking: TakingOver) {
  const { t } = useTranslation("cases");
  const id: string = Form.useWatch(["applicant", "id_number"]) ?? "";
  const code: string | undefined = Form.useWatch("matter_code");
  const asked = useQuery(matterQuery(code)).data?.content.materials ?? [];
  const complete =
    !isMasked(id) && (judgeResidentId(id) === "valid" || judgeCreditCode(id) === "valid");
  const person = useQuery({
    queryKey: ["/api/v1/persons/search", id],
    queryFn: () => unwrap(client.POST("/api/v1/persons/search", { body: { id_number: id } })),
    enabled: complete,
    gcTime: 0,
  });
  if (!complete) return null;
  return (
    <section className="panel" aria-labelledby="accept-earlier">
      <h2 id="accept-earlier">{t("accept.earlier")}</h2>
      <Loaded query={person}>
        {(found) => (
          <>
            <Earlier cases={found.cases} />
            <h3 className="panel-title">{t("accept.reusable")}</h3>
            <Reusable papers={found.reusable} asked={asked} />
            <PapersElsewhere papers={found.elsewhere} asked={asked} {...taking} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Earlier({ cases }: { cases: Person["cases"] }) {
  const { t } = useTranslation("cases");
  if (cases.length === 0) return <p className="muted">{t("accept.earlierNone")}</p>;
  return (
    <ul className="lines">
      {cases.slice(0, 5).map((row) => (
        <li key={row.id}>
          <div>{row.matter_name}</div>
          <div className="row">
            <CaseNumber number={row.number} id={row.id} />
            <StatusTag row={row} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Reusable({ papers, asked }: { papers: Person["reusable"]; asked: Material[] }) {
  const { t } = useTranslation("cases");
  const { message } = App.useApp();
  const form = Form.useFormInstance();
  const fitting = papers.flatMap((paper) => {
    const at = asked.findIndex((material) => material.document_kind === paper.document_kind);
    return at < 0 ? [] : [{ paper, at }];
  });
  if (fitting.length === 0) return <p className="muted">{t("accept.reusableNone")}</p>;

  function take(paper: Person["reusable"][number], at: number) {
    const before = form.getFieldValue(["materials", at]) as MaterialValue;
    const files = paper.files.map((file) => file.id);
    form.setFieldValue(["materials", at], {
      ...before,
      received: paper.received,
      files,
      held_by: heldBy(paper.case_number, paper.files),
    });
    message.success(t("accept.reused"));
  }

  return (
    <ul className="lines">
      {fitting.map(({ paper, at }) => (
        <li key={paper.document_kind}>
          <div className="row">
            <span>{paper.name}</span>
            <Button
              size="small"
              icon={<CheckOutlined />}
              aria-label={`${t("accept.reuse")} ${paper.name}`}
              onClick={() => take(paper, at)}
            >
              {t("accept.reuse")}
            </Button>
          </div>
          <div className="muted">
            {t("accept.checkedAt", {
              organisation: paper.checked_at_organisation.name,
              date: formatDate(paper.checked_at),
            })}
          </div>
        </li>
      ))}
    </ul>
  );
}
