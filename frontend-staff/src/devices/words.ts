import { useTranslation } from "react-i18next";
import { DeviceFault } from "@/devices/commands";
import { useTell } from "@/components/problems";

/** What went wrong with a device, in the person's words; unknown codes as they are. */
export function useFaultWords() {
  const { t, i18n } = useTranslation("devices");
  const tell = useTell();
  const ofCode = (code: string): string =>
    i18n.exists(code, { ns: "faults" })
      ? t(code as "no_card", { ns: "faults" })
      : t("unknownFault", { code });
  return {
    ofCode,
    of: (error: unknown): string => {
      if (error instanceof DeviceFault) return ofCode(error.code);
      const { title, detail } = tell(error);
      return detail || title;
    },
  };
}
