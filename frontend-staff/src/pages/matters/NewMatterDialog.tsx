import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { FormDialog } from "@/components/FormDialog";
import { matterQuery } from "@/components/matters";
import { MatterSelect } from "@/components/MatterSelect";
import { refreshMatters } from "@/pages/matters/draft/refreshMatters";

interface Values {
  code: string;
  name: string;
  like: string;
}

/** A new matter begins as a copy of one like it; everything is then edited in its draft. */
export function NewMatterDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("matters");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [form] = Form.useForm<Values>();
  const rule = (title: string) => [{ required: true, message: t("draft.missing", { title }) }];

  async function make({ code, name, like }: Values) {
    const { content } = await queries.ensureQueryData(matterQuery(like));
    await unwrap(
      client.POST("/api/v1/matters", { body: { ...content, code, name, national_code: null } }),
    );
    await refreshMatters(queries);
    void navigate({ to: "/matters/$code", params: { code }, search: { tab: "draft" } });
  }

  return (
    <FormDialog title={t("new")} form={form} onSubmit={make} onClose={onClose}>
      <Form.Item name="code" label={t("code")} rules={rule(t("code"))}>
        <Input maxLength={40} autoComplete="off" />
      </Form.Item>
      <Form.Item name="name" label={t("name")} rules={rule(t("name"))}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="like" label={t("copyOf")} extra={t("copyHint")} rules={rule(t("copyOf"))}>
        <MatterSelect />
      </Form.Item>
    </FormDialog>
  );
}
