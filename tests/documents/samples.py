"""A carried case of another street, with everything that a paper can show."""

from datetime import date

from tongban.cases.documents.data import CaseHead, Material, Office, Party, Promise, Receipt

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
    accepted_on=date(2026, 11, 24),
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
            consequence="不予办理，退还已收材料",
        ),
    ),
    cross_handling="street_street",
    linkage="three_level",
    query_code="7K3MPQ9W",
    public_url="https://tongban.example.cn",
)
