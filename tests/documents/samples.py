"""A carried case of another street, with everything that a paper can show."""

import io
from datetime import date

from pypdf import PdfReader

from tongban.cases.documents.data import (
    Acknowledgement,
    CaseHead,
    HandedMaterial,
    Handover,
    Material,
    Notice,
    Office,
    Party,
    Promise,
    Receipt,
    Refusal,
    Remedies,
    Result,
    Shortcoming,
    Termination,
)

OFFICE = Office(
    name="北京市西城区金融街街道政务服务大厅",
    window="3号窗口",
    address="北京市西城区某某路1号",
    telephone="010-00000000",
    hours="周一至周五 9:00—17:30",
)
CASE = CaseHead(
    number="110102007202611240001",
    matter="城乡居民养老保险参保人员丧葬补助与个人账户余额支付",
    applicant=Party(kind="person", name="张三丰", id_number="110102196001011234"),
    agent=Party(kind="person", name="李四", id_number="110102198001011230"),
    office=OFFICE,
)
RECEIPT = Receipt(
    case=CASE,
    case_kind="promised",
    handling="carried",
    promised_days=5,
    due_on=date(2026, 12, 1),
    due_provisional=False,
    accepted_on=date(2026, 11, 24),
    deemed_accepted=False,
    clerk="王五",
    responsible="北京市西城区展览路街道政务服务大厅",
    deciding="北京市西城区民政局",
    issuing="北京市西城区展览路街道政务服务大厅",
    materials=(
        Material(name="申请人居民身份证", form="original_and_copy", note="原件核验后退还"),
        Material(name="居民户口簿", form="original_and_copy"),
        Material(name="死亡证明", form="copy", copies=2),
    ),
    promises=(
        Promise(
            name="继承人关系证明",
            due_on=date(2026, 11, 27),
            if_missed="deny",
        ),
    ),
    cross_handling="street_street",
    linkage="three_level",
    query_code="7K3MPQ9W",
    public_url="https://tongban.example.cn",
)
ACKNOWLEDGEMENT = Acknowledgement(
    case=CASE,
    handling="carried",
    received_on=date(2026, 11, 24),
    clerk="王五",
    accepting="北京市西城区展览路街道政务服务大厅",
    decide_days=5,
    decide_by=date(2026, 12, 1),
    responsible="北京市西城区展览路街道政务服务大厅",
    deciding="北京市西城区民政局",
    materials=RECEIPT.materials,
    promises=RECEIPT.promises,
    cross_handling="street_street",
    linkage="three_level",
    query_code="7K3MPQ9W",
    public_url="https://tongban.example.cn",
)
NOTICE = Notice(
    case=CASE,
    received_on=date(2026, 11, 23),
    told_on=date(2026, 11, 24),
    clerk="王五",
    shortcomings=(
        Shortcoming(
            subject="死亡证明",
            kind="missing",
            reason="未提交。",
            remedy="请提交医疗机构或者公安部门出具的死亡证明复印件1份。",
            place="展览路派出所户籍窗口",
        ),
        Shortcoming(
            subject="银行账号",
            kind="wrong",
            reason="所填账号为16位，与开户银行的19位账号规则不符。",
            remedy="请按银行卡正面号码重新填写。",
        ),
    ),
    legal_basis=("《中华人民共和国行政许可法》第三十二条第一款第（四）项",),
    respond_by=date(2026, 12, 8),
)
REMEDIES = Remedies(reconsideration_body="北京市西城区人民政府", court="北京市西城区人民法院")
REFUSAL = Refusal(
    case=CASE,
    applied_on=date(2026, 11, 23),
    decided_on=date(2026, 11, 24),
    reasons=("申请人户籍不在本区，不属于本机关受理范围。", "申请事项已由户籍地办结。"),
    legal_basis=("《北京市城乡居民养老保险办法》第五条",),
    apply_to="北京市东城区人力资源和社会保障局",
    remedies=REMEDIES,
)
TERMINATION = Termination(
    case=CASE,
    accepted_on=date(2026, 11, 24),
    decided_on=date(2026, 12, 1),
    reasons=("承诺补交的材料逾期未补交：继承人关系证明",),
    legal_basis=("《北京市城乡居民养老保险办法》第五条",),
    remedies=REMEDIES,
)
HANDOVER = Handover(
    case=CASE,
    runner="赵六",
    bureau="北京市西城区民政局",
    handed_on=date(2026, 11, 25),
    expected_on=date(2026, 12, 1),
    materials=(
        HandedMaterial(name="居民户口簿", form="original"),
        HandedMaterial(name="死亡证明", form="copy", copies=2),
        HandedMaterial(name="结婚证", form="original_and_copy", returned_on=date(2026, 11, 30)),
    ),
)
RESULT = Result(
    case=CASE,
    outcome="denied",
    accepted_on=date(2026, 11, 24),
    concluded_on=date(2026, 12, 1),
    deciding="北京市西城区民政局",
    opinion="申请人已在户籍地领取同一待遇，不符合办理条件。",
    legal_basis=("《北京市城乡居民养老保险办法》第五条",),
    papers=("不予办理决定书",),
    issuing="北京市西城区展览路街道政务服务大厅",
    collection="凭受理回执单和身份证领取；也可申请邮寄。",
    evaluation_url="https://tongban.example.cn/evaluate/abc",
    remedies=REMEDIES,
)


def text_of(pdf: bytes) -> str:
    """All text of a PDF without spaces and line breaks."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")
