import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/App";
import { startLanguage } from "@/app/i18n";
import "@/styles/base.css";
import "@/styles/shell.css";
import "@/styles/tables.css";
import "@/styles/forms.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await startLanguage();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
