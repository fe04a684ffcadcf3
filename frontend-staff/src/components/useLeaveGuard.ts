import { useBlocker } from "@tanstack/react-router";
import { App } from "antd";
import { useTranslation } from "react-i18next";

/** Asks before a page with unsaved entries is left. */
export function useLeaveGuard(dirty: boolean): void {
  const { t } = useTranslation("cases");
  const { modal } = App.useApp();
  useBlocker({
    shouldBlockFn: async () => {
      if (!dirty) return false;
      return !(await modal.confirm({ title: t("accept.leave") }));
    },
    enableBeforeUnload: dirty,
  });
}
