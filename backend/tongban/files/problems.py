"""What can be wrong with a file; each points at the upload, or where a body names the file."""

from typing import Any, ClassVar

from tongban.core.problems import FieldError, Problem
from tongban.core.texts import Text

POINTER = "/file"


class FileProblem(Problem):
    """A file that was refused: the title is also the message at the field."""

    status: ClassVar[int] = 422

    def __init__(self, *pointers: str, **params: Any) -> None:
        text = self.title.using(**params)
        errors = [FieldError(pointer, self.code, text) for pointer in pointers or (POINTER,)]
        super().__init__(errors=errors, **params)


class FileMissing(FileProblem):
    code = "file_missing"
    title = Text("请选择一个文件上传", "Send one file in the field file")


class FileEmpty(FileProblem):
    code = "file_empty"
    title = Text("文件是空的，请重新选择", "The file is empty; choose another one")


class FileTooLarge(FileProblem):
    status = 413
    code = "file_too_large"
    title = Text(
        "文件超过 {megabytes} MB，请压缩或分开上传",
        "Larger than {megabytes} MB; split or shrink it",
    )


class FileTypeRefused(FileProblem):
    code = "file_type_refused"
    title = Text(
        "只接受 PDF、OFD、JPG、PNG、WebP 格式的文件",
        "Only PDF, OFD, JPG, PNG and WebP files are taken",
    )


class FileDisguised(FileProblem):
    code = "file_disguised"
    title = Text(
        "文件内容与扩展名不符：扩展名为 {extension}，实际是 {actual}；请改正扩展名或另选文件",
        "The name ends in {extension}, but the content is {actual}; rename it or choose another",
    )


class FileOfTwoKinds(FileProblem):
    code = "file_of_two_kinds"
    title = Text(
        "文件里还夹带了一个压缩包，不能接收；请重新导出或扫描后再上传",
        "An archive is hidden in this file; export or scan it anew and upload that",
    )


class PictureBroken(FileProblem):
    code = "picture_broken"
    title = Text(
        "图片不完整或已损坏，请重新拍照或扫描后再上传",
        "The picture is cut off or damaged; photograph or scan it again",
    )


class PdfBroken(FileProblem):
    code = "pdf_broken"
    title = Text(
        "PDF 文件不完整或已损坏，请重新导出、扫描或复制后再上传",
        "The PDF is cut off or damaged; export, scan or copy it again and upload that",
    )


class PictureTooLarge(FileProblem):
    code = "picture_too_large"
    title = Text(
        "图片有 {width}×{height} 像素，超过 {most:,} 像素的上限；请降低分辨率，重新拍照或扫描",
        "The picture has {width}×{height} pixels, more than {most:,}; take one of fewer pixels",
    )


class FileNameRefused(FileProblem):
    code = "file_name_refused"
    title = Text("文件名含有不允许的空字符", "The file name contains a NUL character")


class FileInfected(FileProblem):
    code = "file_infected"
    title = Text("文件含有病毒，已拒绝", "The virus scanner found something in this file")


class FileNotScanned(Problem):
    status = 409
    code = "file_not_scanned"
    title = Text(
        "文件正在等待病毒扫描，请稍后再打开", "Waiting for the virus scan; please try again later"
    )


class FileContentLost(Problem):
    status = 500
    code = "file_content_lost"
    title = Text(
        "文件内容在存储中缺失，请联系管理员",
        "The content is missing from storage; tell your administrator",
    )


class FileUnknown(FileProblem):
    code = "file_unknown"
    title = Text("文件不存在或不是您上传的，请重新上传", "No such upload of yours; upload it again")


class StorageUnavailable(Problem):
    status = 503
    code = "storage_unavailable"
    title = Text(
        "文件存储暂时不可用，请稍后再试；一直如此请告诉管理员",
        "File storage is not available; try again shortly, and tell your administrator if it stays",
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(headers={"Retry-After": "10"}, **kwargs)
