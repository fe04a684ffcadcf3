import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Drawer, Form, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { apiQuery, client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { useCan, useMe } from "@/app/me";
import { formatMoment } from "@/components/dates";
import { Loaded } from "@/components/Loaded";
import { Pairs } from "@/components/Pairs";
import { useProblemMessage } from "@/components/problems";
import { useSubmission } from "@/components/useSubmission";
import { GrantsForm } from "@/pages/admin/GrantsForm";
import { OneTimePassword } from "@/pages/admin/OneTimePassword";
import { ProfileFields } from "@/pages/admin/ProfileFields";
import { refreshStaff } from "@/pages/admin/refreshStaff";

type Staff = components["schemas"]["StaffView"];

/** One account: what each kind of administrator may change of it. */
export function AccountDrawer({ username, onClose }: { username: string; onClose: () => void }) {
  const { t } = useTranslation("admin");
  const account = useQuery(apiQuery("/api/v1/staff/{username}", { path: { username } }));
  return (
    <Drawer open size={560} title={t("accounts.account", { name: username })} onClose={onClose}>
      <Loaded query={account}>{(staff) => <Account staff={staff} />}</Loaded>
    </Drawer>
  );
}

function Account({ staff }: { staff: Staff }) {
  const { t } = useTranslation("admin");
  const can = useCan();
  const own = useMe().username === staff.username;
  return (
    <div className="stack">
      <Pairs
        items={[
          [t("accounts.name"), staff.name],
          [t("accounts.organisation"), staff.organisation.name],
          [
            t("accounts.lastSignIn"),
            staff.last_sign_in_at ? formatMoment(staff.last_sign_in_at) : t("accounts.never"),
          ],
          [t("accounts.totp"), staff.totp_enrolled ? t("accounts.totpOn") : t("accounts.totpOff")],
          ...(staff.locked_until
            ? [
                [
                  t("accounts.state"),
                  t("accounts.locked", { time: formatMoment(staff.locked_until) }),
                ] as [string, string],
              ]
            : []),
        ]}
      />
      {!own && <Measures staff={staff} />}
      {can("accounts.edit") && (
        <section aria-labelledby="account-profile">
          <h2 id="account-profile" className="panel-title">
            {t("accounts.profile")}
          </h2>
          <ProfileForm staff={staff} locked={own} />
        </section>
      )}
      {can("roles.grant") && (
        <section aria-labelledby="account-grants">
          <h2 id="account-grants" className="panel-title">
            {t("accounts.grants")}
          </h2>
          <GrantsForm key={JSON.stringify(staff.grants)} staff={staff} locked={own} />
        </section>
      )}
    </div>
  );
}

type Profile = components["schemas"]["StaffChange"];

function ProfileForm({ staff, locked }: { staff: Staff; locked: boolean }) {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Profile>();
  const { submit, busy, notice } = useSubmission(form, async (values) => {
    await unwrap(
      client.PATCH("/api/v1/staff/{username}", {
        params: { path: { username: staff.username } },
        body: { ...values, email: values.email || null, mobile: values.mobile || null },
      }),
    );
    message.success(c("saved"));
    await refreshStaff(queries);
  });
  return (
    <Form
      form={form}
      layout="vertical"
      disabled={locked}
      onFinish={submit}
      initialValues={{ ...staff, organisation_code: staff.organisation.code }}
    >
      {notice}
      <ProfileFields />
      <Form.Item
        name="active"
        label={t("accounts.state")}
        valuePropName="checked"
        extra={t("accounts.stateHint")}
      >
        <Switch checkedChildren={t("accounts.active")} unCheckedChildren={t("accounts.inactive")} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>
        {c("action.save")}
      </Button>
    </Form>
  );
}

/** Reset, unlock, forget the authenticator: each with who may do it. */
function Measures({ staff }: { staff: Staff }) {
  const { t } = useTranslation("admin");
  const can = useCan();
  const { modal, message } = App.useApp();
  const queries = useQueryClient();
  const report = useProblemMessage();
  const params = { path: { username: staff.username } };

  async function resetPassword() {
    const path = "/api/v1/staff/{username}/reset-password";
    const { one_time_password } = await unwrap(client.POST(path, { params }));
    modal.success({
      title: t("accounts.oneTime"),
      content: <OneTimePassword password={one_time_password} />,
      keyboard: false, // what is shown once is not closed in passing
    });
  }

  async function unlock() {
    await unwrap(client.POST("/api/v1/staff/{username}/unlock", { params }));
    message.success(t("accounts.unlocked"));
    await refreshStaff(queries);
  }

  async function resetTotp() {
    await unwrap(client.POST("/api/v1/staff/{username}/reset-totp", { params }));
    message.success(t("accounts.totpReset"));
    await refreshStaff(queries);
  }

  function ask(title: string, content: string, onOk: () => Promise<void>) {
    modal.confirm({ title, content, onOk: () => onOk().catch(report) });
  }

  return (
    <div className="row">
      {can("accounts.edit") && (
        <Button
          onClick={() =>
            ask(t("accounts.resetPassword"), t("accounts.resetPasswordConfirm"), resetPassword)
          }
        >
          {t("accounts.resetPassword")}
        </Button>
      )}
      {can("accounts.edit") && staff.locked_until && (
        <Button onClick={() => void unlock().catch(report)}>{t("accounts.unlock")}</Button>
      )}
      {can("roles.grant") && staff.totp_enrolled && (
        <Button
          onClick={() => ask(t("accounts.resetTotp"), t("accounts.resetTotpConfirm"), resetTotp)}
        >
          {t("accounts.resetTotp")}
        </Button>
      )}
    </div>
  );
}
