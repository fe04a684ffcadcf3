import { EyeOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { useCan } from "@/app/me";
import { formatDate, formatMoment } from "@/components/dates";
import { caseMatterQuery } from "@/components/matters";
import { useProblemMessage } from "@/components/problems";
import { ScrollBox } from "@/components/ScrollBox";
import { Select } from "@/components/Select";
import { useNeed, useWords } from "@/components/words";
import { ScanButton } from "@/devices/ScanButton";
import { FilePreview, type PreviewedFile } from "@/pages/case/FilePreview";
import { ENDED } from "@/pages/cases/columns";

type Case = components["schemas"]["CaseOut"];
type Material = Case["materials"][number];
type Update = components["schemas"]["MaterialUpdate"];

const RECEIVED = ["none", "original", "copy", "original_and_copy", "electronic"] as const;

/** The tick list after acceptance: who checked what, scans, promises still open. */
export function MaterialsPanel({ data, number }: { data: Case; number: string }) {
  const { t } = useTranslation("cases");
  const matter = useQuery(caseMatterQuery(data));
  const [shown, setShown] = useState<PreviewedFile | null>(null);
  const may = useCan()("cases.work", "cases.create") && !ENDED.has(data.status);
  return (
    <section className="panel" aria-labelledby="case-materials">
      <h2 id="case-materials">{t("case.materials")}</h2>
      <ScrollBox label={t("accept.materialsSection")}>
        <table className="plain-table stacking">
          <thead>
            <tr>
              <th scope="col">{t("case.materials")}</th>
              <th scope="col">{t("accept.need")}</th>
              <th scope="col">{t("accept.got")}</th>
              <th scope="col">{t("case.files")}</th>
            </tr>
          </thead>
          <tbody>
            {data.materials.map((material) => (
              <MaterialLine
                key={material.key}
                material={material}
                number={number}
                version={data.version}
                may={may}
                ifMissed={matter.data?.content.missed_promise_action}
                onPreview={(file) =>
                  setShown({ ...file, path: `/api/v1/cases/${number}/files/${file.id}` })
                }
              />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {shown && <FilePreview file={shown} onClose={() => setShown(null)} />}
    </section>
  );
}

interface LineProps {
  material: Material;
  number: string;
  version: number;
  may: boolean;
  /** What the matter has happen when a promise is missed. */
  ifMissed: string | undefined;
  onPreview: (file: Material["files"][number]) => void;
}

function MaterialLine({ material, number, version, may, ifMissed, onPreview }: LineProps) {
  const { t } = useTranslation("cases");
  const words = useWords();
  const need = useNeed();
  const update = useMaterialUpdate(number, material.key, version);
  return (
    <tr>
      <th scope="row">
        {material.name}
        {material.required && (
          <>
            {" "}
            <Tag>{t("accept.necessary")}</Tag>
          </>
        )}
        {material.note && <div className="muted">{material.note}</div>}
      </th>
      <td data-label={t("accept.need")}>{need(material)}</td>
      <td data-label={t("accept.got")}>
        {may ? (
          <Select
            size="small"
            aria-label={`${material.name} ${t("accept.got")}`}
            style={{ minWidth: 130 }}
            value={material.received}
            onChange={(received) => void update({ received })}
            options={RECEIVED.map((value) => ({ value, label: t(`received.${value}`) }))}
          />
        ) : (
          t(`received.${material.received}`)
        )}
        {material.checked_by && (
          <div className="muted">
            {t("case.checkedBy", { name: material.checked_by.name })}
            <div style={{ whiteSpace: "nowrap" }}>{formatMoment(material.checked_at)}</div>
          </div>
        )}
        {material.promised_by && material.received === "none" && (
          <div className={material.promise_missed ? "late" : undefined}>
            {t("case.promised", { date: formatDate(material.promised_by) })}
            {material.promise_missed && ` · ${t("case.promiseMissed")}`}
            {ifMissed && <div>{words("missed", ifMissed)}</div>}
          </div>
        )}
      </td>
      <td data-label={t("case.files")}>
        {material.files.length === 0 && !may && <span className="muted">{t("case.emptyFiles")}</span>}
        {material.files.map((file) => (
          <div key={file.id}>
            <Button
              type="link"
              size="small"
              icon={<EyeOutlined />}
              aria-label={`${t("case.preview")} ${file.name}`}
              onClick={() => onPreview(file)}
            >
              {file.name}
            </Button>
          </div>
        ))}
        {may && (
          <ScanButton
            name={material.name}
            onFiles={(ids) => update({ files: [...material.files.map((one) => one.id), ...ids] })}
          />
        )}
      </td>
    </tr>
  );
}

/** Changes a line as it is on screen: what somebody else changed meanwhile is not lost. */
function useMaterialUpdate(number: string, key: string, version: number) {
  const queries = useQueryClient();
  const report = useProblemMessage();
  return async (body: Update) => {
    try {
      await unwrap(
        client.PATCH("/api/v1/cases/{number}/materials/{key}", {
          params: { path: { number, key }, header: { "If-Match": `"${version}"` } },
          body,
        }),
      );
    } catch (error) {
      report(error);
    } finally {
      await queries.invalidateQueries({ queryKey: ["/api/v1/cases/{number}"] });
    }
  };
}
