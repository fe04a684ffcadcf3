import type { FormInstance } from "antd";
import { useState, type ReactNode } from "react";
import { useFormProblems } from "@/components/problems";

interface Submission<T> {
  submit: (values: T) => Promise<void>;
  busy: boolean;
  /** What went wrong and fits no field; to be shown above the form. */
  notice: ReactNode;
}

/** Sends a form's values, one at a time, and puts what the API refuses where it belongs. */
export function useSubmission<T>(
  form: FormInstance<T>,
  send: (values: T) => Promise<void>,
): Submission<T> {
  const { show, clear, notice } = useFormProblems(form);
  const [busy, setBusy] = useState(false);

  async function submit(values: T) {
    if (busy) return;
    setBusy(true);
    clear();
    try {
      await send(values);
    } catch (error) {
      show(error);
    } finally {
      setBusy(false);
    }
  }

  return { submit, busy, notice };
}
