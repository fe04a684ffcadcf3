import { CameraOutlined, RedoOutlined } from "@ant-design/icons";
import { Alert, Button, Modal } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "@/components/problems";
import { Select } from "@/components/Select";

interface Props {
  name: string;
  onClose: () => void;
  onPicture: (picture: File) => Promise<void>;
}

interface Picture {
  file: File;
  url: string;
}

const WANTED = { width: { ideal: 3264 }, height: { ideal: 2448 } };
const JPEG_QUALITY = 0.9;

/** A document camera on this computer's USB, straight in the page. */
export function CameraDialog({ name, onClose, onPicture }: Props) {
  const { t } = useTranslation("devices");
  const video = useRef<HTMLVideoElement>(null);
  const camera = useCamera(video);
  const [picture, setPicture] = useState<Picture | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => () => URL.revokeObjectURL(picture?.url ?? ""), [picture]);

  async function shoot() {
    const file = video.current ? await pictureOf(video.current, fileName(name)) : null;
    if (file) setPicture({ file, url: URL.createObjectURL(file) });
  }

  async function use({ file }: Picture) {
    setBusy(true);
    try {
      await onPicture(file);
      onClose();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  const buttons = picture
    ? [
        <Button key="again" icon={<RedoOutlined />} onClick={() => setPicture(null)}>
          {t("camera.again")}
        </Button>,
        <Button key="use" type="primary" loading={busy} onClick={() => void use(picture)}>
          {t("camera.use")}
        </Button>,
      ]
    : [
        <Button
          key="shoot"
          type="primary"
          icon={<CameraOutlined />}
          disabled={!camera.ready}
          onClick={() => void shoot()}
        >
          {t("camera.shoot")}
        </Button>,
      ];
  return (
    <Modal open width={820} title={`${t("camera.title")} – ${name}`} onCancel={onClose} footer={buttons}>
      {failure !== null && <ProblemAlert error={failure} />}
      {camera.refused && <Alert type="error" showIcon role="alert" title={t("camera.refused")} />}
      {camera.all.length > 1 && (
        <Select
          aria-label={t("camera.choose")}
          style={{ width: "100%", marginBottom: 8 }}
          value={camera.id}
          onChange={camera.choose}
          options={camera.all.map(({ deviceId, label }) => ({ value: deviceId, label }))}
        />
      )}
      {picture && <img className="camera-view" src={picture.url} alt={t("camera.taken")} />}
      <video
        ref={video}
        className="camera-view"
        hidden={picture !== null || camera.refused}
        aria-label={t("camera.label")}
        autoPlay
        muted
        playsInline
      />
    </Modal>
  );
}

/** Runs a camera in `video` as long as the dialog is there. */
function useCamera(video: React.RefObject<HTMLVideoElement | null>) {
  const [all, setAll] = useState<MediaDeviceInfo[]>([]);
  const [id, choose] = useState<string | undefined>();
  const [state, setState] = useState<"starting" | "ready" | "refused">("starting");
  useEffect(() => {
    const device = id ? { deviceId: { exact: id } } : { facingMode: "environment" };
    const opening = navigator.mediaDevices.getUserMedia({ video: { ...WANTED, ...device } });
    let left = false;
    opening.then(
      async (stream) => {
        if (left || !video.current) return;
        video.current.srcObject = stream;
        setState("ready");
        const found = await navigator.mediaDevices.enumerateDevices();
        setAll(found.filter(({ kind }) => kind === "videoinput"));
      },
      () => setState("refused"),
    );
    return () => {
      left = true;
      // One that was refused has nothing to stop.
      opening.then(stop, () => undefined);
    };
  }, [id, video]);
  return { all, id, choose, ready: state === "ready", refused: state === "refused" };
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function pictureOf(video: HTMLVideoElement, name: string): Promise<File | null> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve) => {
    canvas.toBlob(
      (blob) => resolve(blob && new File([blob], name, { type: "image/jpeg" })),
      "image/jpeg",
      JPEG_QUALITY,
    );
  });
}

/** Material names may hold what file names may not. */
function fileName(name: string): string {
  return `${name.replaceAll(/[\\/:*?"<>|]/g, " ").slice(0, 60)}.jpg`;
}
