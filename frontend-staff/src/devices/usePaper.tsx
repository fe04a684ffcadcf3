import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePdf } from "@/components/download";
import { askDevices, type DeviceFault } from "@/devices/commands";
import { usable, useWindows } from "@/devices/window";
import { useFaultWords } from "@/devices/words";

export type Paper = "receipt" | "notice" | "conclusion" | "handover";

/**
 * Prints a paper of a case at the window's printer; where there is none, or it fails, the browser
 * prints it. A failure is never tried again by itself: paper may be out.
 */
export function usePaper(number: string) {
  const { t } = useTranslation("devices");
  const { notification, message } = App.useApp();
  const words = useFaultWords();
  const openPdf = usePdf();
  const { mine } = useWindows();
  const [printing, setPrinting] = useState<Paper | "slip" | null>(null);
  const printer = usable(mine, "printer").length > 0;
  const slips = usable(mine, "slip_printer").length > 0;
  const open = (paper: Paper) => openPdf(`/api/v1/cases/${encodeURIComponent(number)}/${paper}`);

  async function atWindow(paper: Paper | "slip", window: string) {
    setPrinting(paper);
    const parameters = { case_number: number };
    try {
      await askDevices(
        window,
        paper === "slip"
          ? { kind: "print_slip", parameters }
          : { kind: "print", parameters: { ...parameters, document: paper, copies: 1 } },
        // Leaving the page calls no print job off.
        new AbortController().signal,
      );
      message.success(t("print.done"));
    } catch (error) {
      tell(paper, error as DeviceFault);
    } finally {
      setPrinting(null);
    }
  }

  /** Stays until it is closed, also over the next applicant's form: hence the number. */
  function tell(paper: Paper | "slip", error: unknown) {
    const instead = paper === "slip" ? "receipt" : paper;
    notification.error({
      title: t("print.failed", { number }),
      description: words.of(error),
      role: "alert",
      duration: 0,
      actions: <Button onClick={() => void open(instead)}>{t("print.instead")}</Button>,
    });
  }

  return {
    printing,
    /** Prints, or opens for the browser to print. */
    print: async (paper: Paper) => {
      if (printing) return;
      if (printer && mine) await atWindow(paper, mine.code);
      else await open(paper);
    },
    /** Only where the window has a slip printer. */
    printSlip: slips && mine ? () => void atWindow("slip", mine.code) : null,
  };
}
