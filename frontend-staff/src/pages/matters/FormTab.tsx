import { Form } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import type { FieldDefinition } from "@/forms/definition";
import { MatterForm } from "@/forms/MatterForm";

/** The form as a clerk will see it; what is typed here goes nowhere. */
export function FormTab({ fields }: { fields: FieldDefinition[] }) {
  const { t } = useTranslation("matters");
  const [form] = Form.useForm();
  if (fields.length === 0) return <EmptyState title={t("field.none")} hint=" " />;
  return (
    <section className="panel">
      <h2>{t("field.preview")}</h2>
      <Form form={form} layout="vertical">
        <MatterForm fields={fields} />
      </Form>
    </section>
  );
}
