package designer

import "pipewright/rules"

// systemWords are what formulas and people fields know besides the fields of a form.
var systemWords = map[string]rules.Text{
	"owner": rules.Say("负责人", "負責人", "the owner"), "team": rules.Say("团队", "團隊", "the team"), "stage": rules.Say("阶段", "階段", "the stage"),
	"number": rules.Say("编号", "編號", "the number"), "title": rules.Say("标题", "標題", "the title"), "createdAt": rules.Say("创建时间", "建立時間", "the time it was created"),
	"updatedAt": rules.Say("更新时间", "更新時間", "the time of the last change"), "since": rules.Say("进入阶段时间", "進入階段時間", "in the stage since"),
	"idleDays": rules.Say("停滞天数", "停滯天數", "days without progress"), "initiator": rules.Say("发起人", "發起人", "the initiator"), "me": rules.Say("我", "我", "me"),
	"open": rules.Say("进行中", "進行中", "open"), "won": rules.Say("已赢单", "已贏單", "won"), "lost": rules.Say("已丢单", "已丟單", "lost"),
	"probability": rules.Say("赢单概率", "贏單機率", "probability"),
}

// wordsOf are the words that a member may hold, as people say them.
var wordsOf = map[string]map[string]rules.Text{
	"align": {"left": rules.Say("左", "左", "left"), "center": rules.Say("居中", "置中", "centred"), "right": rules.Say("右", "右", "right")},
	"look":  {"note": rules.Say("小字", "小字", "small print"), "box": rules.Say("带框", "帶框", "framed"), "bars": rules.Say("条码", "條碼", "bars")},
	"words": {"beside": rules.Say("写在旁边", "寫在旁邊", "beside it"), "below": rules.Say("写在下面", "寫在下面", "below")},
	"do": {"remind": rules.Say("提醒", "提醒", "remind"), "escalate": rules.Say("升级给上级", "升級給主管", "escalate"), "transfer": rules.Say("转交", "轉交", "transfer"),
		"pass": rules.Say("自动通过", "自動通過", "approve by itself"), "reject": rules.Say("自动拒绝", "自動拒絕", "reject by itself"),
		"create": rules.Say("新建", "新增", "create"), "read": rules.Say("查看", "檢視", "read"), "edit": rules.Say("编辑", "編輯", "edit"), "delete": rules.Say("删除", "刪除", "delete"),
		"assign": rules.Say("分配", "分派", "assign"), "export": rules.Say("导出", "匯出", "export"), "reveal": rules.Say("查看完整号码", "檢視完整號碼", "look up whole numbers"), "import": rules.Say("导入", "匯入", "import")},
	"records": {"all": rules.Say("全部", "全部", "all"), "own": rules.Say("自己的", "自己的", "one's own"), "team": rules.Say("本团队的", "本團隊的", "the team's"),
		"teamTree": rules.Say("本团队及下级的", "本團隊及下級的", "the team's and those below")},
	"mode": {"any": rules.Say("一人即可", "一人即可", "any one"), "all": rules.Say("所有人都要", "所有人都要", "all"), "each": rules.Say("每人都要", "每人都要", "each"),
		"sequence": rules.Say("依次", "依次", "one after another")},
	"end": {"won": rules.Say("赢单", "贏單", "won"), "lost": rules.Say("丢单", "丟單", "lost"), "done": rules.Say("完成", "完成", "done"), "cancelled": rules.Say("取消", "取消", "cancelled")},
	"chart": {"number": rules.Say("数字", "數字", "number"), "bar": rules.Say("柱形图", "長條圖", "bars"), "line": rules.Say("折线图", "折線圖", "line"), "pie": rules.Say("饼图", "圓餅圖", "pie"),
		"funnel": rules.Say("漏斗", "漏斗", "funnel"), "heat": rules.Say("热力图", "熱力圖", "heat map"), "table": rules.Say("表格", "表格", "table")},
	"hit": {"unique": rules.Say("只有一行", "只有一列", "exactly one row"), "first": rules.Say("从上往下，第一行", "從上往下，第一列", "the first from the top"),
		"priority": rules.Say("按优先级", "依優先順序", "by priority"), "collect": rules.Say("所有命中的行", "所有命中的列", "all that apply"), "collectSum": rules.Say("合计命中的行", "合計命中的列", "the sum of all that apply")},
	"onEmpty": {"climb": rules.Say("找上级", "找主管", "go up"), "admin": rules.Say("交给管理员", "交給管理員", "the process admin"), "pass": rules.Say("自动通过", "自動通過", "pass"), "block": rules.Say("不放行", "不放行", "block")},
	"onSelf":  {"climb": rules.Say("找上级", "找主管", "go up"), "skip": rules.Say("跳过", "跳過", "skip"), "allow": rules.Say("允许自己批", "允許自己簽核", "allow"), "admin": rules.Say("交给管理员", "交給管理員", "the process admin")},
}

// blockWords are the kinds of blocks a paper is made of.
var blockWords = map[string]rules.Text{
	"heading": rules.Say("标题", "標題", "heading"), "text": rules.Say("文字", "文字", "text"), "fields": rules.Say("字段", "欄位", "fields"),
	"table": rules.Say("明细表", "明細表", "table"), "amount": rules.Say("金额", "金額", "amount"), "image": rules.Say("图片", "圖片", "picture"),
	"sign": rules.Say("签章", "簽章", "signatures"), "code": rules.Say("条码/二维码", "條碼／QR 碼", "code"), "line": rules.Say("横线", "橫線", "line"),
	"break": rules.Say("换页", "換頁", "page break"), "html": rules.Say("HTML", "HTML", "HTML"),
}

// blockMemberWords are members that mean something else in a block than elsewhere.
var blockMemberWords = map[string]rules.Text{
	"value": rules.Say("显示的值", "顯示的值", "value shown"), "rows": rules.Say("明细表", "明細表", "table"), "level": rules.Say("级别", "層級", "level"),
	"on": rules.Say("位置", "位置", "place"), "source": rules.Say("图片", "圖片", "picture"), "sum": rules.Say("合计", "合計", "sum"), "look": rules.Say("样子", "樣子", "look"),
}
