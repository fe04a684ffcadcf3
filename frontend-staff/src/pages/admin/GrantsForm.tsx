import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { useReach } from "@/app/reach";
import { OrganisationSelect } from "@/components/OrganisationSelect";
import { Select } from "@/components/Select";
import { treeQuery } from "@/components/tree";
import { useSubmission } from "@/components/useSubmission";
import { useRoleName } from "@/components/words";
import { refreshStaff } from "@/pages/admin/refreshStaff";
import { ROLES } from "@/pages/admin/roles";

type Staff = components["schemas"]["StaffView"];
type Grants = components["schemas"]["GrantsInput"];

/**
 * All the roles that an account is to hold from now on, each at an organisation. Those at
 * organisations out of reach are shown and stay.
 */
export function GrantsForm({ staff, locked }: { staff: Staff; locked: boolean }) {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const roleName = useRoleName();
  const within = useReach("roles.grant");
  // Until the tree is there nothing is known to be out of reach.
  const known = useQuery(treeQuery).isSuccess;
  const [form] = Form.useForm<Grants>();
  const { submit, busy, notice } = useSubmission(form, async ({ grants, reason }) => {
    await unwrap(
      client.PUT("/api/v1/staff/{username}/grants", {
        params: { path: { username: staff.username } },
        body: { grants: grants ?? [], reason: reason || null },
      }),
    );
    message.success(t("accounts.grantsSaved"));
    await refreshStaff(queries);
  });
  const missing = (title: string) => [
    { required: true, message: t("accounts.missing", { title }) },
  ];
  return (
    <Form
      form={form}
      layout="vertical"
      disabled={locked}
      onFinish={submit}
      initialValues={{
        grants: staff.grants.map(({ role, organisation }) => ({
          role,
          organisation_code: organisation.code,
        })),
      }}
    >
      {notice}
      <Form.List name="grants">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row, at) => {
              const held = staff.grants[row.key]?.organisation.code;
              const fixed = held !== undefined && !within(held);
              return (
                <div key={row.key} className="finding">
                  <Form.Item
                    name={[row.name, "role"]}
                    label={t("accounts.role")}
                    rules={missing(t("accounts.role"))}
                  >
                    <Select
                      disabled={fixed || locked}
                      showSearch={{ optionFilterProp: "label" }}
                      options={ROLES.map((value) => ({ value, label: roleName(value) }))}
                    />
                  </Form.Item>
                  <Form.Item
                    name={[row.name, "organisation_code"]}
                    label={t("accounts.grantAt")}
                    rules={missing(t("accounts.grantAt"))}
                    extra={known && fixed && t("accounts.grantElsewhere")}
                  >
                    <OrganisationSelect
                      disabled={fixed || locked}
                      allowClear={false}
                      fits={within}
                    />
                  </Form.Item>
                  <Button
                    disabled={fixed || locked}
                    type="text"
                    icon={<DeleteOutlined />}
                    aria-label={`${c("action.remove")} ${at + 1}`}
                    onClick={() => remove(row.name)}
                  />
                </div>
              );
            })}
            <Form.Item>
              <Button
                icon={<PlusOutlined />}
                onClick={() => add({ organisation_code: staff.organisation.code })}
              >
                {t("accounts.grantAdd")}
              </Button>
            </Form.Item>
          </>
        )}
      </Form.List>
      <Form.Item name="reason" label={t("accounts.grantReason")}>
        <Input maxLength={200} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>
        {c("action.save")}
      </Button>
    </Form>
  );
}
