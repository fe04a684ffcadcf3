import type { TablePaginationConfig } from "antd";
import { cloneElement, isValidElement, type ReactElement } from "react";
import { useTranslation } from "react-i18next";

/** Pages of a list that is there as a whole. */
export function usePages(): TablePaginationConfig {
  const { t } = useTranslation();
  return {
    pageSize: 50,
    showSizeChanger: false,
    hideOnSinglePage: true,
    itemRender: (_, kind, button) =>
      (kind === "prev" || kind === "next") && isValidElement(button)
        ? cloneElement(button as ReactElement<{ "aria-label": string }>, {
            "aria-label": t(kind === "prev" ? "page.previous" : "page.next"),
          })
        : button,
  };
}
