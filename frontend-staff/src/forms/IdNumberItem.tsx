import { CheckCircleFilled } from "@ant-design/icons";
import { Form, Input } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isMasked, judgeCreditCode, judgeResidentId, type Verdict } from "@/forms/idNumber";

interface Props {
  name: string | number | (string | number)[];
  label?: string;
  /** Name for a field without a visible label of its own (a table's cell). */
  ariaLabel?: string;
  required: boolean;
  kind?: "person" | "organisation";
  onComplete?: (value: string) => void;
  extra?: ReactNode;
}

/** An ID number or organisation code, checked while it is typed. */
export function IdNumberItem({
  name,
  label,
  ariaLabel,
  required,
  kind = "person",
  onComplete,
  extra,
}: Props) {
  const { t } = useTranslation("cases");
  const judge = kind === "person" ? judgeResidentId : judgeCreditCode;
  return (
    <Form.Item
      name={name}
      label={label}
      extra={extra}
      normalize={(value: string) => value.replaceAll(/\s/g, "").toUpperCase()}
      validateFirst
      rules={[
        { required, message: t("form.required", { title: label ?? ariaLabel }) },
        {
          validator: (_, value: string | undefined) => {
            if (!value || isMasked(value)) return Promise.resolve();
            const verdict = judge(value);
            if (verdict === "bad_date" || verdict === "bad_check") {
              return Promise.reject(new Error(t(`form.${verdict}`)));
            }
            return Promise.resolve();
          },
        },
      ]}
      validateTrigger="onBlur"
    >
      <IdInput judge={judge} ariaLabel={ariaLabel} onComplete={onComplete} />
    </Form.Item>
  );
}

interface InputProps {
  id?: string;
  value?: string;
  onChange?: (value: string) => void;
  onBlur?: () => void;
  judge: (value: string) => Verdict;
  ariaLabel?: string;
  onComplete?: (value: string) => void;
}

function IdInput({ id, value, onChange, onBlur, judge, ariaLabel, onComplete }: InputProps) {
  const { t } = useTranslation("cases");
  const valid = value !== undefined && !isMasked(value) && judge(value) === "valid";
  return (
    <Input
      id={id}
      className="mono"
      aria-label={ariaLabel}
      autoComplete="off"
      spellCheck={false}
      maxLength={30}
      value={value}
      onBlur={onBlur}
      suffix={
        valid ? (
          <span role="img" aria-label={t("form.checked")} title={t("form.checked")}>
            <CheckCircleFilled style={{ color: "#20683f" }} />
          </span>
        ) : (
          <span />
        )
      }
      onChange={(event) => {
        onChange?.(event.target.value);
        const typed = event.target.value.replaceAll(/\s/g, "").toUpperCase();
        if (judge(typed) === "valid") onComplete?.(typed);
      }}
    />
  );
}
