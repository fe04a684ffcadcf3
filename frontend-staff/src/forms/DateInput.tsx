import { DatePicker } from "antd";
import dayjs from "dayjs";

interface Props {
  id?: string;
  value?: string | null;
  onChange?: (value: string | undefined) => void;
  ariaLabel?: string;
  /** The earliest day that may be chosen. */
  min?: string;
  /** The latest one. */
  max?: string;
}

/** A plain date as `YYYY-MM-DD`; may be typed as 20260305 too. */
export function DateInput({ id, value, onChange, ariaLabel, min, max }: Props) {
  return (
    <DatePicker
      id={id}
      aria-label={ariaLabel}
      style={{ width: "100%" }}
      format={["YYYY-MM-DD", "YYYYMMDD", "YYYY/M/D", "YYYY.M.D"]}
      value={value ? dayjs(value) : null}
      minDate={min ? dayjs(min) : undefined}
      maxDate={max ? dayjs(max) : undefined}
      onChange={(day) => onChange?.(day ? dayjs(day).format("YYYY-MM-DD") : undefined)}
    />
  );
}
