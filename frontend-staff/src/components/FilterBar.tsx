import { CloseCircleFilled, SearchOutlined } from "@ant-design/icons";
import { Input } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { one, useFilters } from "@/app/search";

/** The panel of filters above a list. */
export function FilterBar({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <section className="filter-bar no-print" aria-label={t("filters")}>
      {children}
    </section>
  );
}

/** A filter with its label above; the control inside carries the same words as its own name. */
export function FilterField({
  label,
  wide,
  children,
}: {
  label: string;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={wide ? "filter-field filter-wide" : "filter-field"}>
      <span className="filter-label" aria-hidden="true">
        {label}
      </span>
      {children}
    </div>
  );
}

interface SearchFieldProps {
  /** Of the filter in the address. */
  name?: string;
  label: string;
  wide?: boolean;
  placeholder?: string;
}

/** A filter by words, taken with Enter or the button. */
export function SearchField({ name = "q", label, wide, placeholder }: SearchFieldProps) {
  const { t } = useTranslation();
  const { search, set } = useFilters();
  const current = one(search[name]) ?? "";
  return (
    <FilterField label={label} wide={wide}>
      <Input.Search
        key={current}
        aria-label={label}
        allowClear={{ clearIcon: <CloseCircleFilled aria-label={t("action.clear")} /> }}
        defaultValue={current}
        placeholder={placeholder}
        searchIcon={<SearchOutlined aria-label={t("action.search")} />}
        onSearch={(value) => set({ [name]: value.trim() })}
      />
    </FilterField>
  );
}
