import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

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
  wide = false,
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
