import { useState } from "react";
import { fetchFile } from "@/api/client";
import { stringifySearch } from "@/app/search";
import { useProblemMessage } from "@/components/problems";

/** Saves what is at hand under a name. */
export function saveFile(content: Blob, name: string) {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Saves a file of the API under a name; a failure is shown. */
export function useDownload() {
  const report = useProblemMessage();
  const [busy, setBusy] = useState(false);

  async function download(path: string, query: Record<string, unknown>, name: string) {
    setBusy(true);
    try {
      saveFile(await fetchFile(`${path}${stringifySearch(query)}`), name);
    } catch (error) {
      report(error);
    } finally {
      setBusy(false);
    }
  }

  return { download, busy };
}

/**
 * Opens a PDF of the API in a tab of its own, from where it is printed. The tab opens at the click,
 * before the answer is there, or the browser would block it.
 */
export function usePdf() {
  const report = useProblemMessage();
  return async (path: string) => {
    const tab = window.open("", "_blank");
    try {
      const url = URL.createObjectURL(await fetchFile(path));
      if (tab) tab.location.href = url;
    } catch (error) {
      tab?.close();
      report(error);
    }
  };
}
