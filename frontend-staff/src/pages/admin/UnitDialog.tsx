import { useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { FormDialog } from "@/components/FormDialog";

export type UnitView = components["schemas"]["OrganisationView"];
type Values = Pick<UnitView, "name" | "active" | "address" | "telephone" | "opening_hours">;

/** Kinds that a matter's process names. */
const NAMED: ReadonlySet<string> = new Set(["section", "bureau"]);

/** Name, state and how to reach an organisation; the rest comes by import. */
export function UnitDialog({ unit, onClose }: { unit: UnitView; onClose: () => void }) {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { message, modal } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();

  /** Matters find their sections and bureaus by name: whoever renames one is told what follows. */
  async function sure({ name, active }: Partial<Values>): Promise<boolean> {
    const warnings = [
      ...(name !== undefined && NAMED.has(unit.kind)
        ? [t("organisations.renameWarning", { name: unit.name })]
        : []),
      ...(active === false ? [t("organisations.offWarning", { name: unit.name })] : []),
    ];
    if (warnings.length === 0) return true;
    return modal.confirm({
      title: t("organisations.sure", { name: unit.name }),
      content: warnings.map((warning) => <p key={warning}>{warning}</p>),
      okButtonProps: { danger: true },
    });
  }

  async function save(values: Values) {
    // What stays is not sent: the audit log says what was changed.
    const names = Object.keys(values) as (keyof Values)[];
    const changed = names.filter((name) => values[name] !== unit[name]);
    const body: Partial<Values> = Object.fromEntries(changed.map((name) => [name, values[name]]));
    if (!(await sure(body))) return;
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
