import { CheckCircleOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { apiQuery, client, unwrap } from "@/api/client";
import { ColleagueSelect } from "@/components/ColleagueSelect";
import { DataTable } from "@/components/DataTable";
import { formatMoment } from "@/components/dates";
import { Loaded } from "@/components/Loaded";
import { PageHeader } from "@/components/PageHeader";
import { State } from "@/components/State";
import { useSubmission } from "@/components/useSubmission";
import { useRoleName } from "@/components/words";

/** Queues that nobody can work, and handing on the tasks of somebody who leaves. */
export function StaffingPage() {
  const { t } = useTranslation("cases");
  return (
    <>
      <PageHeader title={t("staffing.title")} hint={t("staffing.hint")} />
      <div className="stack">
        <section className="panel">
          <h2>{t("staffing.alarms")}</h2>
          <Alarms />
        </section>
        <section className="panel">
          <h2>{t("staffing.handOver")}</h2>
          <HandOver />
        </section>
      </div>
    </>
  );
}

function Alarms() {
  const { t } = useTranslation("cases");
  const roleName = useRoleName();
  const alarms = useQuery(apiQuery("/api/v1/alarms"));
  return (
    <Loaded query={alarms}>
      {(rows) =>
        rows.length === 0 ? (
          <State
            icon={<CheckCircleOutlined />}
            title={t("staffing.noAlarms")}
            hint={t("staffing.noAlarmsHint")}
          />
        ) : (
          <>
            <p className="muted">{t("staffing.alarmsHow")}</p>
            <DataTable
              label={t("staffing.alarmsLabel")}
              dataSource={rows}
              rowKey={(row) => `${row.organisation.code} ${row.role}`}
              columns={[
                { title: t("col.organisation"), render: (_, row) => row.organisation.name },
                { title: t("staffing.role"), render: (_, row) => roleName(row.role) },
                { title: t("staffing.open"), dataIndex: "open_tasks", align: "right" },
                { title: t("staffing.oldest"), render: (_, row) => formatMoment(row.oldest_opened_at) },
              ]}
            />
          </>
        )
      }
    </Loaded>
  );
}

interface Values {
  username: string;
  to_staff?: string;
  reason: string;
}

function HandOver() {
  const { t } = useTranslation("cases");
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const { submit, busy, notice } = useSubmission(form, async ({ username, to_staff, reason }) => {
    const { tasks } = await unwrap(
      client.POST("/api/v1/staff/{username}/hand-over", {
        params: { path: { username } },
        body: { to_staff: to_staff || null, reason },
      }),
    );
    message.success(t("staffing.done", { count: tasks }));
    form.resetFields();
    await queries.invalidateQueries({
      predicate: ({ queryKey: [path] }) =>
        typeof path === "string" && /^\/api\/v1\/(cases|tasks|alarms|holders|staff)/.test(path),
    });
  });
  const leaver: string | undefined = Form.useWatch("username", form);
  return (
    <Form form={form} layout="vertical" onFinish={submit} style={{ maxWidth: 480 }}>
      {notice}
      <Form.Item
        name="username"
        label={t("staffing.from")}
        rules={[{ required: true, message: t("form.required", { title: t("staffing.from") }) }]}
      >
        <ColleagueSelect
          allowClear={false}
          none={t("staffing.noHolders")}
          query={(q) => apiQuery("/api/v1/holders", { query: { q } })}
          onChange={() => form.setFieldValue("to_staff", undefined)}
        />
      </Form.Item>
      <Form.Item name="to_staff" label={t("staffing.to")} extra={t("staffing.toHint")}>
        <ColleagueSelect
          disabled={!leaver}
          placeholder={leaver ? undefined : t("staffing.toNone")}
          query={(q) =>
            apiQuery("/api/v1/staff/{username}/takers", {
              path: { username: leaver ?? "" },
              query: { q },
            })
          }
        />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t("staffing.reason")}
        rules={[{ required: true, message: t("dialog.commentRequired") }]}
      >
        <Input.TextArea rows={2} maxLength={200} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>
        {t("staffing.submit")}
      </Button>
    </Form>
  );
}
