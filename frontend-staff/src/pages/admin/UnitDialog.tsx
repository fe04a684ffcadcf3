import { useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { apiQuery, client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { FormDialog } from "@/components/FormDialog";
import { ContactFields } from "@/pages/admin/ContactFields";
import { refreshTree } from "@/pages/admin/refreshTree";

export type UnitView = components["schemas"]["OrganisationView"];
type InHand = components["schemas"]["OrganisationUse"];
type Values = Pick<UnitView, "name" | "active" | "address" | "telephone" | "opening_hours">;

/** Kinds that a matter's process names. */
const NAMED: ReadonlySet<string> = new Set(["section", "bureau"]);

interface Props {
  unit: UnitView;
  /** Something above it is switched off, and it therewith. */
  aboveOff: boolean;
  /** Whether who looks keeps what is above it: nobody shuts their own street. */
  keepsAbove: boolean;
  onClose: () => void;
}

/** Name, state and how to reach an organisation. */
export function UnitDialog({ unit, aboveOff, keepsAbove, onClose }: Props) {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { message, modal } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();

  const stateHint = aboveOff ? "offAbove" : keepsAbove ? null : "keptAbove";

  /** Matters find their sections and bureaus by name: whoever renames one is told what follows. */
  async function sureOfName(): Promise<boolean> {
    if (!NAMED.has(unit.kind)) return true;
    return modal.confirm({
      title: t("organisations.sure", { name: unit.name }),
      content: t("organisations.renameWarning", { name: unit.name }),
      okButtonProps: { danger: true },
    });
  }

  /** Who switches one off sees before what is in hand there, and cannot while that is open tasks. */
  async function sureOff(): Promise<boolean> {
    const asked = apiQuery("/api/v1/organisations/{code}/use", { path: { code: unit.code } });
    const use = await queries.fetchQuery({ ...asked, staleTime: 0 });
    if (use.open_tasks > 0) {
      modal.warning({
        title: t("organisations.offRefused", { name: unit.name }),
        content: <Use use={use} before={t("organisations.offFirst")} />,
      });
      return false;
    }
    return modal.confirm({
      title: t("organisations.offSure", { name: unit.name }),
      content: (
        <>
          <Use use={use} before={t("organisations.offWarning", { name: unit.name })} />
          {use.open_cases > 0 && <p>{t("organisations.offLater")}</p>}
        </>
      ),
      okButtonProps: { danger: true },
    });
  }

  async function save(values: Values) {
    // What stays is not sent: the audit log says what was changed.
    const names = Object.keys(values) as (keyof Values)[];
    const changed = names.filter((name) => values[name] !== unit[name]);
    const body: Partial<Values> = Object.fromEntries(changed.map((name) => [name, values[name]]));
    if (body.name !== undefined && !(await sureOfName())) return;
    if (body.active === false && !(await sureOff())) return;
    await unwrap(
      client.PATCH("/api/v1/organisations/{code}", { params: { path: { code: unit.code } }, body }),
    );
    message.success(c("saved"));
    await refreshTree(queries);
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
      <ContactFields />
      <Form.Item
        name="active"
        label={t("organisations.state")}
        valuePropName="checked"
        extra={stateHint && t(`organisations.${stateHint}`)}
      >
        <Switch
          disabled={stateHint !== null}
          checkedChildren={t("organisations.active")}
          unCheckedChildren={t("organisations.inactive")}
        />
      </Form.Item>
    </FormDialog>
  );
}

const USES = [
  "open_tasks",
  "open_cases",
  "drafts",
  "staff",
  "below",
  "matters",
  "offerings",
] as const satisfies (keyof InHand)[];

/** What an organisation has in hand, below what follows from that. */
function Use({ use, before }: { use: InHand; before: string }) {
  const { t } = useTranslation("admin");
  const some = USES.filter((name) => use[name] > 0);
  return (
    <>
      <p>{before}</p>
      <p>{t(some.length > 0 ? "organisations.inHand" : "organisations.nothing")}</p>
      <ul>
        {some.map((name) => (
          <li key={name}>{t(`organisations.use.${name}`, { count: use[name] })}</li>
        ))}
      </ul>
    </>
  );
}
