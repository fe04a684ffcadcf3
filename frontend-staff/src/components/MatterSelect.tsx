import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { mattersQuery } from "@/components/matters";
import { Select } from "@/components/Select";

interface Props {
  id?: string;
  value?: string;
  onChange?: (code: string | undefined) => void;
  ariaLabel?: string;
  autoFocus?: boolean;
  /** A clear button is one more stop of the Tab key: not where a value is required. */
  allowClear?: boolean;
  disabled?: boolean;
  /** Leaves out what is not offered yet, or no more. */
  activeOnly?: boolean;
}

/** A matter, found by typing part of its name or code. */
export function MatterSelect({
  id,
  value,
  onChange,
  ariaLabel,
  autoFocus,
  allowClear = true,
  disabled,
  activeOnly = false,
}: Props) {
  const { t } = useTranslation("cases");
  const matters = useQuery(mattersQuery);
  const options = useMemo(
    () =>
      (matters.data?.items ?? [])
        .filter(({ status, code }) => !activeOnly || status === "active" || code === value)
        .map(({ code, name }) => ({ value: code, label: name })),
    [matters.data, activeOnly, value],
  );
  return (
    <Select
      id={id}
      aria-label={ariaLabel}
      style={{ width: "100%" }}
      autoFocus={autoFocus}
      showSearch={{
        filterOption: (typed, option) =>
          option !== undefined &&
          (option.label.includes(typed.trim()) ||
            option.value.toLowerCase().includes(typed.trim().toLowerCase())),
      }}
      allowClear={allowClear}
      disabled={disabled}
      loading={matters.isPending}
      placeholder={t("accept.matterPlaceholder")}
      value={value}
      onChange={(code: string | undefined) => onChange?.(code)}
      options={options}
      optionRender={({ data }) => (
        <span className="option-line">
          <span>{data.label}</span>
          <span className="mono muted">{data.value}</span>
        </span>
      )}
    />
  );
}
