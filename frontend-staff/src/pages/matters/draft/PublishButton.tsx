import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { ApiProblem } from "@/api/problem";
import type { components } from "@/api/schema";
import { FormDialog } from "@/components/FormDialog";
import { forgetDraft, refreshMatters } from "@/pages/matters/draft/refreshMatters";

interface Props {
  draft: components["schemas"]["DraftOut"];
  disabled: boolean;
}

/** Puts the saved draft into force, with a note for whoever compares versions later. */
export function PublishButton({ draft, disabled }: Props) {
  const { t } = useTranslation("matters");
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<{ note?: string }>();
  const [open, setOpen] = useState(false);

  async function publish({ note }: { note?: string }) {
    let version: number | null;
    try {
      ({ version } = await unwrap(
        client.POST("/api/v1/matters/{code}/publish", {
          params: { path: { code: draft.code }, header: { "If-Match": `"${draft.revision}"` } },
          body: { note: note ?? "" },
        }),
      ));
    } catch (error) {
      const status = error instanceof ApiProblem ? error.status : 0;
      if (status !== 412 && status !== 404) throw error;
      setOpen(false);
      if (status === 412) {
        // Nobody publishes what somebody else has written and they have not read.
        message.warning(t("draft.stale"));
        await refreshMatters(queries);
      } else {
        // Published by the first attempt, whose answer was lost; or by somebody else.
        message.warning(t("draft.gone"));
        await forgetDraft(queries);
      }
      return;
    }
    message.success(t("draft.published", { number: version }));
    setOpen(false);
    await forgetDraft(queries);
  }

  return (
    <>
      <Button disabled={disabled} onClick={() => setOpen(true)}>
        {t("draft.publish")}
      </Button>
      {open && (
        <FormDialog
          title={t("draft.publish")}
          okText={t("draft.publish")}
          form={form}
          onSubmit={publish}
          onClose={() => setOpen(false)}
        >
          <p className="muted">{t("draft.publishConfirm")}</p>
          <Form.Item name="note" label={t("draft.publishNote")}>
            <Input.TextArea rows={2} maxLength={200} />
          </Form.Item>
        </FormDialog>
      )}
    </>
  );
}
