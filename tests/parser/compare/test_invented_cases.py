"""Edits of an invented letter and an invented notice: each says what was done, in one change, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.domain.change import Comparison
from services.domain.document import Document
from services.parser.reading.read import read_text

Changed = Callable[[Document, str], Comparison]

LETTER = """苏晓兰代表:
您提出的《关于改善山区乡村饮水和就学条件的建议》(第0417号)收悉。经与市水务局、市教育局共同研究办理,现答复如下:
一、工作开展情况
近年来,我局持续改善山区饮水条件。截至2023年末,全市建成集中供水站126座,受益群众38.5万人。2023年,农村自来水普及率达到91.2%,供水管网漏损率为12.4%。我们多次到山区走访群众。
二、下一步工作打算
(一)补齐饮水短板。
到2026年底,新建集中供水站40座、改造老旧管网260公里。力争供水管网漏损率控制在10%以内。支持镇村组建管护队伍,每季度开展一次水质巡检。
(二)办好山区学校。
2026年10月底前,山区寄宿制学校分别配备校医2名、心理教师1名。每校建设1—2间图书室。推动80%以上的村小接入教育专网。落实《山区教师生活补助办法(2022—2025年)》,确保补助按月发放。
(三)加强用水管理。
万元产值用水量下降到35立方米。水费投诉办结率达到98%。鼓励用水大户开展节水改造。探索建立用水权交易机制。
此答复函已经周明远局长审签。对以上答复您有什么意见,请填写回执寄市人大常委会人代工委。
临河市水利局
2024年6月18日
"""

NOTICE = """临河市人民政府办公室关于印发临河市渔业振兴行动方案的通知
临府办发〔2023〕41号
各县区人民政府,市级有关部门:
《临河市渔业振兴行动方案》已经市政府同意,现印发给你们,请认真贯彻执行。
临河市人民政府办公室
2023年5月9日
(此件公开发布)
临河市渔业振兴行动方案
为加快渔业振兴,特制定本方案,实施期限为2023—2027年。
一、发展目标
到2027年,全市水产品产量达到18万吨,建成市级渔业示范园12个,渔民人均收入超过4.2万元,渔业事故死亡人数控制在3人以内。
二、主要任务
(一)建设现代渔港。
建设中心渔港3座。加快渔船更新改造,推广北斗定位终端。(责任单位:市农业农村局、市交通运输局、市财政局、各县区)
(二)壮大渔业企业。
培育年产值超过2亿元的渔业企业6家。引导企业建设冷链仓储,完善销售网络。(责任单位:市农业农村局、市商务局、市市场监管局)
三、保障措施
(一)加强组织领导。
建立联席会议制度,每半年研究一次渔业工作。(责任单位:市农业农村局)
"""

_CASES: list[tuple[str, str, str, str, str, dict[str, object]]] = [
    ("floor lowered", LETTER, "供水站40座", "供水站30座", "target_lowered", {"before": 40, "after": 30}),
    ("second target raised", LETTER, "管网260公里", "管网320公里", "target_raised", {"before": 260, "after": 320}),
    ("ceiling loosened", LETTER, "控制在10%以内", "控制在12%以内", "target_lowered", {"direction": "softened"}),
    ("ceiling tightened", LETTER, "控制在10%以内", "控制在8%以内", "target_raised", {"direction": "strengthened"}),
    ("come down less far", LETTER, "下降到35立方米", "下降到40立方米", "target_lowered", {"severity": "critical"}),
    ("come down further", LETTER, "下降到35立方米", "下降到30立方米", "target_raised", {"severity": "high"}),
    ("complaints settled less", LETTER, "办结率达到98%", "办结率达到90%", "target_lowered", {"direction": "softened"}),
    ("deaths allowed", NOTICE, "控制在3人以内", "控制在5人以内", "target_lowered", {"direction": "softened"}),
    ("one of 分别", LETTER, "心理教师1名", "心理教师2名", "target_raised", {"before": 1, "after": 2}),
    ("range", LETTER, "1—2间", "1—3间", "target_raised", {"before": (1, 2), "after": (1, 3)}),
    ("comparator", LETTER, "80%以上", "80%左右", "target_comparator_changed", {"detail": "loosened"}),
    ("comparator before", NOTICE, "收入超过4.2万元", "收入达到4.2万元", "target_comparator_changed",
     {"detail": "loosened"}),
    ("unit", NOTICE, "18万吨", "18千吨", "target_lowered", {"severity": "critical"}),
    ("population", NOTICE, "市级渔业示范园", "省级渔业示范园", "target_scope_changed", {"severity": "medium"}),
    ("target dropped", NOTICE, "建成市级渔业示范园12个,", "", "target_removed", {"before": 12}),
    ("target put in", NOTICE, "建设中心渔港3座。", "建设中心渔港3座、避风锚地5处。", "target_added", {"after": 5}),
    ("year later", LETTER, "到2026年底", "到2028年底", "deadline_moved", {"detail": "later"}),
    ("month earlier", LETTER, "2026年10月底前", "2026年8月底前", "deadline_moved", {"detail": "earlier"}),
    ("day exact", LETTER, "2026年10月底前", "2026年10月15日前", "deadline_moved", {"detail": "earlier"}),
    ("quarter", LETTER, "2026年10月底前", "2026年第三季度末前", "deadline_moved", {"detail": "earlier"}),
    ("deadline gone", LETTER, "2026年10月底前,", "", "deadline_moved", {"detail": "removed"}),
    ("deadline put in", LETTER, "鼓励用水大户", "2025年3月底前,鼓励用水大户", "deadline_moved", {"detail": "added"}),
    ("plan period", NOTICE, "实施期限为2023—2027年", "实施期限为2023—2028年", "deadline_moved", {"detail": "later"}),
    ("unit joins", NOTICE, "市商务局、", "市商务局、市邮政管理局、", "actor_added", {"after": ("市邮政管理局",)}),
    ("unit leaves", NOTICE, "市交通运输局、", "", "actor_removed", {"before": ("市交通运输局",)}),
    ("another lead", NOTICE, "市农业农村局、市商务局", "市商务局、市农业农村局", "lead_actor_changed",
     {"before": "市农业农村局", "after": "市商务局"}),
    ("co-department", LETTER, "市水务局、市教育局共同", "市水务局、市卫生健康委共同", "metadata_changed",
     {"field": "co_departments"}),
    ("letter's date", LETTER, "2024年6月18日", "2024年6月28日", "metadata_changed", {"field": "date"}),
    ("approver", LETTER, "周明远局长", "何启山局长", "metadata_changed", {"field": "approver"}),
    ("suggestion's number", LETTER, "第0417号", "第0471号", "metadata_changed", {"severity": "high"}),
    ("document number", NOTICE, "〔2023〕41号", "〔2023〕14号", "metadata_changed", {"field": "doc_number"}),
    ("no longer sure", LETTER, "确保补助", "推动补助", "modality_softened", {"before": 5, "after": 4}),
    ("only explored", NOTICE, "推广北斗定位终端", "探索北斗定位终端", "modality_softened", {}),
    ("explored, now done", LETTER, "探索建立用水权", "建立用水权", "modality_strengthened", {"before": 1, "after": 4}),
    ("less often", LETTER, "每季度开展", "每半年开展", "recurrence_changed", {"direction": "softened"}),
    ("period of a title", LETTER, "(2022—2025年)》", "(2022—2026年)》", "reference_changed", {"severity": "medium"}),
    ("figure corrected", LETTER, "供水站126座", "供水站128座", "figure_corrected", {"severity": "medium"}),
    ("figure far off", LETTER, "38.5万人", "58.5万人", "figure_corrected", {"severity": "high"}),
    ("figure of a later day", LETTER, "截至2023年末,全市建成集中供水站126座,受益群众38.5万人。",
     "截至2024年3月末,全市建成集中供水站131座,受益群众38.5万人。", "figure_updated", {}),
    ("retitled", LETTER, "(三)加强用水管理。", "(三)强化节约用水。", "section_retitled", {"severity": "low"}),
    ("narrative typo", LETTER, "走访群众", "走访居民", "narrative_changed", {"severity": "low"}),
    ("added", NOTICE, "建设中心渔港3座。", "建设中心渔港3座。完善渔港消防设施,建立应急值守制度。",
     "commitment_added", {"severity": "high"}),
    ("withdrawn", LETTER, "探索建立用水权交易机制。", "", "commitment_withdrawn", {"severity": "high"}),
    ("withdrawn with its target", LETTER, "水费投诉办结率达到98%。", "", "commitment_withdrawn",
     {"severity": "critical"}),
    ("split", NOTICE, "加快渔船更新改造,推广北斗", "加快渔船更新改造。同时推广北斗", "commitment_split", {}),
    ("merged", LETTER, "节水改造。探索建立", "节水改造,并探索建立", "commitment_merged", {}),
    ("reworded", NOTICE, "建设冷链仓储", "建设低温库房", "commitment_reworded", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "before", "after", "type_", "fields"), [case[1:] for case in _CASES], ids=[case[0] for case in _CASES]
)
def test_an_edit_is_one_change(
    text: str, before: str, after: str, type_: str, fields: dict[str, object], changed: Changed
) -> None:
    assert before in text
    found = changed(read_text(text), text.replace(before, after, 1))
    assert [change.type for change in found.changes] == [type_]
    assert {name: getattr(found.changes[0], name) for name in fields} == fields
