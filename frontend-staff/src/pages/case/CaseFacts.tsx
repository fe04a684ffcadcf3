import { EyeOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { formatDate, formatMoment } from "@/components/dates";
import { Pairs } from "@/components/Pairs";
import { useWords } from "@/components/words";
import { FilePreview } from "@/pages/case/FilePreview";

type Case = components["schemas"]["CaseOut"];

export function CaseFacts({ data, number }: { data: Case; number: string }) {
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
          [t("col.cross_handling"), words("cross", data.cross_handling)],
          [t("col.linkage"), words("linkage", data.linkage)],
          [
            t("col.handling"),
            `${words("handling", data.handling)} · ${words("caseKind", data.case_kind)}`,
          ],
          [t("col.channel"), t(`channel.${data.channel}`)],
          [
            t("col.registered_by"),
            `${data.registered_by.name} · ${formatMoment(data.registered_at)}`,
          ],
          [t("col.due"), formatDate(data.due.due_on)],
          [t("col.concluded"), formatMoment(data.concluded_at)],
          ...data.collections
            .slice(-1)
            .map((one): [string, ReactNode] => [
              t("case.collected"),
              <Collected key="collected" collection={one} number={number} />,
            ]),
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

interface CollectedProps {
  collection: Case["collections"][number];
  number: string;
}

/** Who took the result, and against what; earlier ones of a reopened case are in its history. */
function Collected({ collection, number }: CollectedProps) {
  const { t } = useTranslation("cases");
  const words = useWords();
  const [open, setOpen] = useState(false);
  const { signature, recorded_by: recorder, at } = collection;
  const how = [collection.collected_by, words("collection", collection.method)];
  return (
    <>
      {how.join(" · ")}
      {collection.tracking_number && <span className="mono"> {collection.tracking_number}</span>}
      <div className="muted">
        {t("case.collectedBy", { name: recorder.name, time: formatMoment(at) })}
      </div>
      {signature && (
        <Button type="link" size="small" icon={<EyeOutlined />} onClick={() => setOpen(true)}>
          {t("case.signature")}
        </Button>
      )}
      {signature && open && (
        <FilePreview
          file={{ ...signature, path: `/api/v1/cases/${number}/files/${signature.id}` }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
