"""The words by which made procedures label their facts, in the scripts and languages companies use."""

from __future__ import annotations

from random import Random

CHINESE: dict[str, tuple[str, ...]] = {
    "number": (
        "文件编号",
        "编号",
        "文件编码",
        "程序编号",
        "编　号",
        "文件号",
        "制度编号",
        "文件代码",
        "编 码",
    ),
    "title": ("文件名称", "名称", "程序名称", "文件标题", "制度名称"),
    "revision": (
        "版本",
        "版次",
        "版本号",
        "版 本",
        "版本/修订",
        "版本/状态",
        "文件版本",
        "版本版次",
        "版号",
        "版本/版次",
    ),
    "issue": ("版本", "版本号", "版次"),
    "amendment": ("修订状态", "修改状态", "修订次数", "修改次数"),
    "effective": ("生效日期", "实施日期", "执行日期", "施行日期", "生效日", "生效时间"),
    "issued": ("发布日期", "颁布日期", "发行日期", "发文日期", "签发日期"),
    "department": (
        "归口部门",
        "编制部门",
        "制定部门",
        "责任部门",
        "主责部门",
        "部门",
        "归口管理部门",
        "主控部门",
    ),
    "prepared": ("编制", "编写", "拟制", "编 制", "起草", "制定", "编制人", "拟稿", "制 作"),
    "reviewed": ("审核", "审查", "审　核", "审核人", "校核", "复核"),
    "approved": ("批准", "核准", "批 准", "批准人", "审批", "签发"),
    "controlled": ("受控状态", "文件状态", "受控标识", "受控类别"),
    "copy": ("分发号", "发放号", "受控号", "发放编号"),
    "page": ("页码", "页次", "页数"),
    "date": ("日期", "日 期", "时间"),
    "issued_after": ("发布", "颁布", "发行"),
    "effective_after": ("实施", "生效", "执行"),
}
TRADITIONAL: dict[str, tuple[str, ...]] = {
    "number": ("文件編號", "編號", "文件編碼", "制度編號"),
    "title": ("文件名稱", "名稱", "程序名稱"),
    "revision": ("版本", "版次", "版本號", "版 次"),
    "issue": ("版本", "版本號"),
    "amendment": ("修訂狀態", "修訂次數"),
    "effective": ("生效日期", "實施日期", "執行日期"),
    "issued": ("發佈日期", "發行日期", "頒布日期"),
    "department": ("制定部門", "權責部門", "主辦單位", "制訂部門", "權責單位"),
    "prepared": ("編制", "製作", "制訂", "擬制", "制定", "撰寫"),
    "reviewed": ("審核", "審查", "會審"),
    "approved": ("核准", "批准", "核定"),
    "controlled": ("受控狀態", "文件狀態"),
    "copy": ("分發號", "發放編號"),
    "page": ("頁次", "頁碼"),
    "date": ("日期",),
    "issued_after": ("發佈", "發行"),
    "effective_after": ("實施", "生效"),
}
ENGLISH: dict[str, tuple[str, ...]] = {
    "number": ("Document No.", "Doc. No.", "Document Number", "Doc No", "Procedure No.", "Document ID"),
    "title": ("Title", "Document Title", "Subject"),
    "revision": ("Revision", "Rev.", "Version", "Rev. No.", "Edition", "Issue No."),
    "issue": ("Version", "Issue"),
    "amendment": ("Amendment", "Amendment No."),
    "effective": ("Effective Date", "Effective date", "Date Effective", "Effective from"),
    "issued": ("Issue Date", "Date of Issue", "Release Date"),
    "department": ("Department", "Dept.", "Responsible Department", "Owner Department", "Process Owner"),
    "prepared": ("Prepared by", "Prepared By", "Author", "Written by", "Drafted by"),
    "reviewed": ("Reviewed by", "Checked by", "Reviewed By", "Verified by"),
    "approved": ("Approved by", "Approved By", "Authorized by"),
    "controlled": ("Status", "Control Status"),
    "copy": ("Copy No.",),
    "page": ("Page",),
    "date": ("Date",),
    "issued_after": ("issued",),
    "effective_after": ("effective",),
}


class Words:
    """One company's words: chosen once for a document."""

    def __init__(self, chance: Random, style: str) -> None:
        self._chosen: dict[str, str] = {}
        chinese = TRADITIONAL if style == "traditional" else CHINESE
        for kind in CHINESE:
            word = chance.choice(ENGLISH[kind] if style == "english" else chinese[kind])
            if style == "bilingual" and kind not in {"issued_after", "effective_after"}:
                joined = chance.choice((" ", "/", "\n" if chance.random() < 0.3 else " "))
                pair = [word, ENGLISH[kind][0]]
                chance.shuffle(pair)
                word = joined.join(pair)
            self._chosen[kind] = word

    def __getitem__(self, kind: str) -> str:
        return self._chosen[kind]
