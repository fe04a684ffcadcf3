import { useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { FormDialog } from "@/components/FormDialog";

export type UnitView = components["schemas"]["OrganisationView"];
type Values = Pick<UnitView, "name" | "active" | "address" | "telephone" | "opening_hours">;

/** Name, state and how to reach an organisation; the rest comes by import. */
export function UnitDialog({ unit, onClose }: { unit: UnitView; onClose: () => void }) {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();

  async function save(values: Values) {
    // What stays is not sent: the audit log says what was changed.
    const names = Object.keys(values) as (keyof Values)[];
    const changed = names.filter((name) => values[name] !== unit[name]);
    const body: Partial<Values> = Object.fromEntries(changed.map((name) => [name, values[name]]));
    await unwrap(
      client.PATCH("/api/v1/organisations/{code}", { params: { path: { code: unit.code } }, body }),
    );
    message.success(c("saved"));
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["/api/v1/organisations"] }),
      queries.invalidateQueries({ queryKey: ["/api/v1/organisations/{code}"] }),
    ]);
    onClose();
  }

  return (
    <FormDialog
      title={`${t("organisations.edit")} ${unit.code}`}
      form={form}
      onSubmit={save}
      onClose={onClose}
      initialValues={unit}
    >
      <Form.Item
        name="name"
        label={t("organisations.name")}
        rules={[
          { required: true, message: t("accounts.missing", { title: t("organisations.name") }) },
        ]}
      >
        <Input maxLength={60} />
      </Form.Item>
      <p className="muted">{t("organisations.contactHint")}</p>
      <Form.Item name="address" label={t("organisations.address")}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="telephone" label={t("organisations.telephone")}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="opening_hours" label={t("organisations.hours")}>
        <Input maxLength={200} autoComplete="off" placeholder={t("organisations.hoursExample")} />
      </Form.Item>
      <Form.Item name="active" label={t("organisations.state")} valuePropName="checked">
        <Switch
          checkedChildren={t("organisations.active")}
          unCheckedChildren={t("organisations.inactive")}
        />
      </Form.Item>
    </FormDialog>
  );
}
