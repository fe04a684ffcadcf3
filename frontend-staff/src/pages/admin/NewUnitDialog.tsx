import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, InputNumber } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery, client, unwrap } from "@/api/client";
import type { components } from "@/api/schema";
import { FormDialog } from "@/components/FormDialog";
import { OrganisationSelect } from "@/components/OrganisationSelect";
import { Select } from "@/components/Select";
import { ContactFields } from "@/pages/admin/ContactFields";
import { refreshTree } from "@/pages/admin/refreshTree";

type Values = components["schemas"]["NewOrganisation"];
type Kind = Values["kind"];

/** Kinds whose hall has windows to begin with. */
const WITH_WINDOWS: ReadonlySet<Kind> = new Set(["street", "hall"]);

interface Props {
  within: (code: string) => boolean;
  /** With its code. */
  onAdded: (code: string) => void;
  onClose: () => void;
}

/** An organisation below another; which kinds may stand there and how their codes begin, the API says. */
export function NewUnitDialog({
  within,
  onAdded,
  onClose,
}: Props) {
  const { t } = useTranslation("admin");
  const { t: c } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const above = Form.useWatch("parent_code", form);
  const kind = Form.useWatch("kind", form);
  const parent = useQuery({
    ...apiQuery("/api/v1/organisations/{code}", { path: { code: above ?? "" } }),
    enabled: Boolean(above),
    // The next free code is the one of now.
    staleTime: 0,
  });
  const additions = above && parent.data?.code === above ? parent.data.additions : undefined;
  const chosen = additions?.find((one) => one.kind === kind);
  const begins = chosen?.proposed ?? chosen?.begins;

  useEffect(() => {
    if (begins !== undefined) form.setFieldValue("code", begins);
  }, [begins, form]);

  async function save(values: Values) {
    const added = await unwrap(client.POST("/api/v1/organisations", { body: values }));
    message.success(t("organisations.added", { name: added.name }));
    await refreshTree(queries);
    onAdded(added.code);
    onClose();
  }

  const required = (title: string) => [{ required: true, message: t("accounts.missing", { title }) }];

  return (
    <FormDialog title={t("organisations.add")} form={form} onSubmit={save} onClose={onClose}>
      <Form.Item
        name="parent_code"
        label={t("organisations.above")}
        rules={required(t("organisations.above"))}
        extra={additions?.length === 0 && t("organisations.noneBelow")}
      >
        <OrganisationSelect
          allowClear={false}
          fits={within}
          onChange={() => form.resetFields(["kind", "code"])}
        />
      </Form.Item>
      <Form.Item
        name="kind"
        label={t("organisations.kind")}
        rules={required(t("organisations.kind"))}
      >
        <Select
          disabled={!additions?.length}
          options={additions?.map((one) => ({ value: one.kind, label: c(`kind.${one.kind}`) }))}
        />
      </Form.Item>
      <Form.Item
        name="code"
        label={t("organisations.code")}
        rules={required(t("organisations.code"))}
        extra={
          chosen
            ? t("organisations.codeHint", { begins: chosen.begins })
            : t("organisations.codeFirst")
        }
      >
        <Input className="mono" maxLength={40} autoComplete="off" disabled={!chosen} />
      </Form.Item>
      <Form.Item
        name="name"
        label={t("organisations.name")}
        rules={required(t("organisations.name"))}
      >
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      {kind === "bureau" && (
        <Form.Item
          name="full_name"
          label={t("organisations.fullName")}
          rules={required(t("organisations.fullName"))}
          preserve={false}
        >
          <Input maxLength={60} autoComplete="off" placeholder={t("organisations.bureauName")} />
        </Form.Item>
      )}
      {kind === "street" && (
        <Form.Item
          name="office_name"
          label={t("organisations.officeName")}
          rules={required(t("organisations.officeName"))}
          extra={t("organisations.officeHint")}
          preserve={false}
        >
          <Input maxLength={60} autoComplete="off" />
        </Form.Item>
      )}
      {kind && WITH_WINDOWS.has(kind) && (
        <Form.Item
          name="windows"
          label={t("organisations.windows")}
          rules={required(t("organisations.windows"))}
          extra={t("organisations.windowsHint")}
          preserve={false}
        >
          <InputNumber controls={false} min={1} max={99} precision={0} style={{ width: "100%" }} />
        </Form.Item>
      )}
      <ContactFields />
    </FormDialog>
  );
}
