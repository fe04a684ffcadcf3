import { DateInput } from "@/forms/DateInput";
import { useTranslation } from "react-i18next";

interface Props {
  label: string;
  from: string | undefined;
  to: string | undefined;
  onChange: (from: string | undefined, to: string | undefined) => void;
}

/** Two plain dates, each of which may be typed or left open. */
export function DateRange({ label, from, to, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div className="date-range">
      <DateInput
        ariaLabel={`${label} ${t("from")}`}
        value={from}
        onChange={(value) => onChange(value, to)}
      />
      <span aria-hidden="true">–</span>
      <DateInput
        ariaLabel={`${label} ${t("to")}`}
        value={to}
        onChange={(value) => onChange(from, value)}
      />
    </div>
  );
}
