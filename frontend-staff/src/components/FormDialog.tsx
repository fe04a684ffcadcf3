import { Form, Modal, type FormInstance } from "antd";
import { useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSubmission } from "@/components/useSubmission";

interface Props<T> {
  title: string;
  form: FormInstance<T>;
  onSubmit: (values: T) => Promise<void>;
  onClose: () => void;
  children: ReactNode;
  initialValues?: object;
  okText?: string;
  danger?: boolean;
  width?: number;
}

const FIRST_FIELD = "input:not([type=hidden]):not([disabled]), textarea:not([disabled])";

/** A dialog around a form: the first field has the focus, failures stand where they belong. */
export function FormDialog<T>({
  title,
  form,
  onSubmit,
  onClose,
  children,
  initialValues,
  okText,
  danger = false,
  width = 520,
}: Props<T>) {
  const { t } = useTranslation();
  const { submit, busy, notice } = useSubmission(form, onSubmit);
  const body = useRef<HTMLDivElement>(null);
  return (
    <Modal
      open
      width={width}
      title={title}
      okText={okText ?? t("action.save")}
      okButtonProps={{ danger }}
      cancelText={t("action.cancel")}
      confirmLoading={busy}
      onOk={form.submit}
      onCancel={onClose}
      afterOpenChange={(open) => {
        if (open) body.current?.querySelector<HTMLElement>(FIRST_FIELD)?.focus();
      }}
    >
      <div ref={body} className="dialog-body">
        {notice}
        <Form form={form} layout="vertical" onFinish={submit} initialValues={initialValues}>
          {children}
        </Form>
      </div>
    </Modal>
  );
}
