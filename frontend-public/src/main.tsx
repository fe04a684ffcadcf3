import "./style.css";

import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { MissingPart } from "./MissingPart";

const Tablet = lazy(() =>
  import("./tablet/Tablet").catch(() => ({ default: MissingPart })),
);

const root = document.getElementById("root");
if (!root) {
  throw new Error("index.html has no #root");
}
createRoot(root).render(
  <StrictMode>
    {location.pathname === "/tablet" ? (
      <Suspense>
        <Tablet />
      </Suspense>
    ) : (
      <App />
    )}
  </StrictMode>,
);
