import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { FormDialog } from "@/components/FormDialog";
import type { Matter } from "@/components/matters";
import { refreshMatters } from "@/pages/matters/draft/refreshMatters";

/** Takes a matter out of service, or brings it back; both for a reason that is kept. */
export function RetireButton({ matter }: { matter: Matter }) {
  const { t } = useTranslation("matters");
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<{ reason: string }>();
  const [open, setOpen] = useState(false);
  const retired = matter.status === "retired";
  const title = retired ? t("draft.reactivate") : t("draft.retire");

  async function turn(body: { reason: string }) {
    const params = { path: { code: matter.code } };
    await unwrap(
      retired
        ? client.POST("/api/v1/matters/{code}/reactivate", { params, body })
        : client.POST("/api/v1/matters/{code}/retire", { params, body }),
    );
    await refreshMatters(queries);
    message.success(t("done", { ns: "common" }));
    setOpen(false);
  }

  if (matter.status === "draft") return null;
  return (
    <>
      <Button danger={!retired} onClick={() => setOpen(true)}>
        {title}
      </Button>
      {open && (
        <FormDialog
          title={title}
          okText={title}
          danger={!retired}
          form={form}
          onSubmit={turn}
          onClose={() => setOpen(false)}
        >
          {!retired && <p className="muted">{t("draft.retireConfirm")}</p>}
          <Form.Item
            name="reason"
            label={t("draft.reason")}
            rules={[{ required: true, message: t("draft.missing", { title: t("draft.reason") }) }]}
          >
            <Input.TextArea rows={2} maxLength={200} />
          </Form.Item>
        </FormDialog>
      )}
    </>
  );
}
