import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, type TableColumnType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery, client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { useCan, useMe } from "@/app/me";
import { DataTable } from "@/components/DataTable";
import { formatMoment } from "@/components/dates";
import { useDownload } from "@/components/download";
import { EmptyState } from "@/components/EmptyState";
import { FormDialog } from "@/components/FormDialog";
import { Loaded } from "@/components/Loaded";

type Disposal = components["schemas"]["DisposalOut"];

/** Lists of what is to be destroyed, and was: decided here by somebody else than proposed them. */
export function Disposals() {
  const { t } = useTranslation("archives");
  const lists = useQuery(apiQuery("/api/v1/disposals"));
  const [deciding, setDeciding] = useState<{ disposal: Disposal; approve: boolean }>();
  const columns = useColumns((disposal, approve) => setDeciding({ disposal, approve }));
  return (
    <>
      <Loaded query={lists}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title={t("noDisposals")} hint={t("noDisposalsHint")} />
          ) : (
            <DataTable<Disposal>
              label={t("disposals")}
              columns={columns}
              dataSource={rows}
              rowKey="id"
            />
          )
        }
      </Loaded>
      {deciding && <DecideDialog {...deciding} onClose={() => setDeciding(undefined)} />}
    </>
  );
}

function useColumns(
  decide: (disposal: Disposal, approve: boolean) => void,
): TableColumnType<Disposal>[] {
  const { t } = useTranslation("archives");
  const { t: c } = useTranslation();
  const { username } = useMe();
  const can = useCan();
  const { download, busy } = useDownload();
  return [
    { title: t("organisation"), render: (_, row) => row.organisation.name },
    { title: t("cases"), dataIndex: "cases", align: "right" },
    { title: t("appraisal"), className: "wrap-narrow", dataIndex: "reason" },
    {
      title: t("proposedBy"),
      className: "wrap-narrow",
      render: (_, row) => `${row.proposed_by.name} · ${formatMoment(row.proposed_at)}`,
    },
    { title: t("state"), render: (_, row) => t(`disposal.${row.state}`) },
    {
      title: t("decidedBy"),
      className: "wrap-narrow",
      render: (_, row) => (row.decided_by ? `${row.decided_by.name} · ${row.opinion}` : c("none")),
    },
    {
      title: t("actions"),
      render: (_, row) => (
        <div className="row">
          <Button
            size="small"
            loading={busy}
            onClick={() =>
              void download(`/api/v1/disposals/${row.id}/register.xlsx`, {}, "register.xlsx")
            }
          >
            {t("register")}
          </Button>
          {row.state === "proposed" &&
            can("archives.approve") &&
            row.proposed_by.username !== username && (
              <>
                <Button size="small" danger onClick={() => decide(row, true)}>
                  {t("approve")}
                </Button>
                <Button size="small" onClick={() => decide(row, false)}>
                  {t("reject")}
                </Button>
              </>
            )}
        </div>
      ),
    },
  ];
}

interface DecideProps {
  disposal: Disposal;
  approve: boolean;
  onClose: () => void;
}

function DecideDialog({ disposal, approve, onClose }: DecideProps) {
  const { t } = useTranslation("archives");
  const queries = useQueryClient();
  const [form] = Form.useForm<{ opinion: string }>();

  async function send({ opinion }: { opinion: string }) {
    await unwrap(
      client.POST("/api/v1/disposals/{disposal_id}/decision", {
        params: { path: { disposal_id: disposal.id } },
        body: { approve, opinion },
      }),
    );
    await queries.invalidateQueries();
    onClose();
  }

  return (
    <FormDialog
      title={approve ? t("approveTitle", { count: disposal.cases }) : t("rejectTitle")}
      form={form}
      onSubmit={send}
      onClose={onClose}
      okText={approve ? t("approve") : t("reject")}
      danger={approve}
    >
      {approve && <p>{t("approveHint")}</p>}
      <Form.Item
        name="opinion"
        label={t("opinion")}
        rules={[{ required: true, message: t("missing", { title: t("opinion") }) }]}
      >
        <Input.TextArea rows={2} maxLength={200} />
      </Form.Item>
    </FormDialog>
  );
}
