import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Tabs, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useCan } from "@/app/me";
import { one, useFilters } from "@/app/search";
import { formatMoment } from "@/components/dates";
import { Loaded } from "@/components/Loaded";
import { matterQuery, type Matter } from "@/components/matters";
import { PageHeader } from "@/components/PageHeader";
import { DraftTab } from "@/pages/matters/draft/DraftTab";
import { FormTab } from "@/pages/matters/FormTab";
import { MaterialsTab } from "@/pages/matters/MaterialsTab";
import { ProcessTab } from "@/pages/matters/ProcessTab";
import { SummaryTab } from "@/pages/matters/SummaryTab";
import { VersionsTab } from "@/pages/matters/VersionsTab";
import { useMatterWords } from "@/pages/matters/words";
import "@/pages/case/case.css";

/** One matter: what it is, how it runs, its versions, and its draft for who may edit. */
export function MatterPage() {
  const { code } = useParams({ strict: false }) as { code: string };
  const query = useQuery(matterQuery(code));
  return <Loaded query={query}>{(matter) => <MatterParts matter={matter} />}</Loaded>;
}

function MatterParts({ matter }: { matter: Matter }) {
  const { t } = useTranslation("matters");
  const { word } = useMatterWords();
  const can = useCan();
  const { search, set } = useFilters();
  const tabs = [
    { key: "summary", label: t("tab.summary"), children: <SummaryTab content={matter.content} /> },
    { key: "process", label: t("tab.process"), children: <ProcessTab matter={matter} /> },
    { key: "materials", label: t("tab.materials"), children: <MaterialsTab matter={matter} /> },
    { key: "form", label: t("tab.form"), children: <FormTab fields={matter.content.form} /> },
    { key: "versions", label: t("tab.versions"), children: <VersionsTab matter={matter} /> },
    ...(can("catalogue.edit")
      ? [{ key: "draft", label: t("tab.draft"), children: <DraftTab matter={matter} /> }]
      : []),
  ];
  // An editor's address leads everybody else to what they may see.
  const asked = one(search["tab"]);
  const shown = tabs.some(({ key }) => key === asked) ? asked : "summary";
  return (
    <>
      <PageHeader
        title={matter.content.name}
        extra={
          <>
            <Tag color={matter.status === "active" ? "green" : "default"}>
              {word("status", matter.status)}
            </Tag>
            {matter.has_draft && <Tag color="gold">{t("hasDraft")}</Tag>}
          </>
        }
        hint={
          <>
            <span className="mono">{matter.code}</span>
            {matter.published_at &&
              ` · ${t("versionNumber", { number: matter.version })} · ${formatMoment(matter.published_at)}`}
          </>
        }
      />
      <Tabs
        activeKey={shown}
        onChange={(tab) => set({ tab })}
        items={tabs}
        destroyOnHidden
      />
    </>
  );
}
