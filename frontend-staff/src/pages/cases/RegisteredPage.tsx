import { PlusOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { Button, Checkbox } from "antd";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import { one, useFilters } from "@/app/search";
import { EmptyState } from "@/components/EmptyState";
import { KeysetTable } from "@/components/KeysetTable";
import { PageHeader } from "@/components/PageHeader";
import { useCaseColumns } from "@/pages/cases/columns";

const COLUMNS = ["number", "matter", "applicant", "status", "due", "home", "registered"] as const;

/** 我的登记事项: what I registered and is not concluded, drafts included. */
export function RegisteredPage() {
  const { t } = useTranslation("cases");
  const navigate = useNavigate();
  const { search, set } = useFilters();
  const drafts = one(search["drafts"]) === "true";
  const columns = useCaseColumns(COLUMNS);
  return (
    <>
      <PageHeader
        title={t("registered.title")}
        hint={t("registered.hint")}
        actions={
          <Button
            type="primary"
            icon={<PlusOutlined />}
            onClick={() => void navigate({ to: "/accept", search: {} })}
          >
            {t("accept.new")}
          </Button>
        }
      />
      <p>
        <Checkbox
          checked={drafts}
          onChange={(event) => set({ drafts: event.target.checked ? "true" : undefined })}
        >
          {t("registered.drafts")}
        </Checkbox>
      </p>
      <KeysetTable
        label={t("registered.title")}
        query={apiQuery("/api/v1/cases", {
          query: {
            mine: true,
            open: true,
            status: drafts ? ["draft"] : [],
            cursor: one(search["cursor"]),
          },
        })}
        columns={columns}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t("registered.none")} hint={t("registered.noneHint")} />}
      />
    </>
  );
}
