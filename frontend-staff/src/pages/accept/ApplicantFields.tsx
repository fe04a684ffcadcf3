import { Checkbox, Form, Input, Radio } from "antd";
import { useTranslation } from "react-i18next";
import { IdNumberItem } from "@/forms/IdNumberItem";
import { isMobile } from "@/forms/mobile";
import { CardPhoto, FromCard } from "@/pages/accept/CardStrip";

/** Applicant, and who acts for them. */
export function ApplicantFields() {
  const { t } = useTranslation("cases");
  const { t: c } = useTranslation();
  const form = Form.useFormInstance();
  const kind: "person" | "organisation" = Form.useWatch(["applicant", "kind"]) ?? "person";
  const agent: unknown = Form.useWatch("agent", { form, preserve: true });
  return (
    <>
      <Form.Item name={["applicant", "kind"]} label={t("case.kind")} className="compact">
        <Radio.Group
          aria-label={t("case.kind")}
          options={[
            { value: "person", label: c("person") },
            { value: "organisation", label: c("organisation") },
          ]}
        />
      </Form.Item>
      <div className="beside-photo">
        <div className="field-grid">
          <IdNumberItem
            name={["applicant", "id_number"]}
            label={kind === "person" ? t("case.idNumber") : t("case.creditCode")}
            required
            kind={kind}
            extra={<FromCard who="applicant" field="id_number" />}
          />
          <NameItem who="applicant" />
          <MobileItem name={["applicant", "mobile"]} />
          <Form.Item
            name={["applicant", "address"]}
            label={t("case.address")}
            className="wide"
            extra={<FromCard who="applicant" field="address" />}
          >
            <Input maxLength={200} autoComplete="off" />
          </Form.Item>
        </div>
        <CardPhoto who="applicant" />
      </div>
      <Checkbox
        checked={Boolean(agent)}
        onChange={(event) =>
          form.setFieldsValue({ agent: event.target.checked ? { name: "", id_number: "" } : undefined })
        }
      >
        {t("accept.withAgent")}
      </Checkbox>
      {Boolean(agent) && (
        <fieldset className="sub-table" style={{ marginTop: 12 }}>
          <legend>{t("accept.agentSection")}</legend>
          <div className="beside-photo">
            <div className="field-grid">
              <NameItem who="agent" />
              <IdNumberItem
                name={["agent", "id_number"]}
                label={t("case.idNumber")}
                required
                extra={<FromCard who="agent" field="id_number" />}
              />
              <MobileItem name={["agent", "mobile"]} />
              <Form.Item name={["agent", "relation"]} label={t("case.relation")}>
                <Input maxLength={30} autoComplete="off" />
              </Form.Item>
            </div>
            <CardPhoto who="agent" />
          </div>
        </fieldset>
      )}
    </>
  );
}

function NameItem({ who }: { who: "applicant" | "agent" }) {
  const { t } = useTranslation("cases");
  return (
    <Form.Item
      name={[who, "name"]}
      label={t("case.name")}
      extra={<FromCard who={who} field="name" />}
      rules={[
        { required: true, whitespace: true, message: t("form.required", { title: t("case.name") }) },
      ]}
    >
      <Input maxLength={60} autoComplete="off" />
    </Form.Item>
  );
}

function MobileItem({ name }: { name: string[] }) {
  const { t } = useTranslation("cases");
  return (
    <Form.Item
      name={name}
      label={t("case.mobile")}
      normalize={(value: string) => value.replaceAll(/\s/g, "")}
      validateTrigger="onBlur"
      rules={[
        {
          validator: (_, value: string | undefined) =>
            !value || isMobile(value)
              ? Promise.resolve()
              : Promise.reject(new Error(t("form.mobile"))),
        },
      ]}
    >
      <Input className="mono" inputMode="tel" maxLength={20} autoComplete="off" />
    </Form.Item>
  );
}
