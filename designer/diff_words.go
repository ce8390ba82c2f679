package designer

import (
	"encoding/json"
	"maps"
	"slices"

	"pipewright/rules"
)

// things are what the lists of a definition hold, one of them.
var thingWords = map[string]rules.Text{
	"forms":       rules.Say("表单", "表單", "form"),
	"fields":      rules.Say("字段", "欄位", "field"),
	"sections":    rules.Say("分组", "分組", "section"),
	"checks":      rules.Say("检查", "檢查", "check"),
	"unique":      rules.Say("查重规则", "查重規則", "uniqueness rule"),
	"processes":   rules.Say("流程", "流程", "process"),
	"stages":      rules.Say("阶段", "階段", "stage"),
	"transitions": rules.Say("流转", "流轉", "transition"),
	"checklist":   rules.Say("清单项", "清單項", "checklist item"),
	"activities":  rules.Say("协办任务", "協辦任務", "activity"),
	"leaveIf":     rules.Say("离开条件", "離開條件", "leave condition"),
	"enterIf":     rules.Say("进入条件", "進入條件", "entry condition"),
	"approvals":   rules.Say("审批链", "簽核鏈", "approval chain"),
	"steps":       rules.Say("审批节点", "簽核步驟", "step"),
	"parallel":    rules.Say("并行分支", "並行分支", "branch"),
	"rules":       rules.Say("规则", "規則", "rule"),
	"pools":       rules.Say("公海/线索池", "公海／線索池", "pool"),
	"public":      rules.Say("公开表单", "公開表單", "public form"),
	"tracking":    rules.Say("进度页", "進度頁", "tracking page"),
	"prints":      rules.Say("打印模板", "列印範本", "print"),
	"blocks":      rules.Say("内容块", "內容區塊", "block"),
	"messages":    rules.Say("邮件模板", "郵件範本", "message"),
	"automations": rules.Say("自动化", "自動化", "automation"),
	"views":       rules.Say("视图", "檢視", "view"),
	"reports":     rules.Say("报表", "報表", "report"),
	"measures":    rules.Say("指标", "指標", "measure"),
	"dashboards":  rules.Say("看板", "儀表板", "dashboard"),
	"roles":       rules.Say("角色", "角色", "role"),
	"options":     rules.Say("选项表", "選項表", "option list"),
	"items":       rules.Say("选项", "選項", "option"),
	"in":          rules.Say("输入列", "輸入欄", "input"),
	"out":         rules.Say("输出列", "輸出欄", "output"),
	"bands":       rules.Say("分档", "分級", "band"),
	"tests":       rules.Say("场景测试", "情境測試", "scenario"),
}

// member words name the settings, each by a word that people know it by.
var memberWords = map[string]rules.Text{
	"key":         rules.Say("标识", "識別名", "key"),
	"name":        rules.Say("名称", "名稱", "name"),
	"help":        rules.Say("说明", "說明", "help"),
	"languages":   rules.Say("语言", "語言", "languages"),
	"timezone":    rules.Say("时区", "時區", "time zone"),
	"currency":    rules.Say("币种", "幣別", "currency"),
	"calendar":    rules.Say("工作日历", "工作行事曆", "working calendar"),
	"type":        rules.Say("类型", "類型", "type"),
	"title":       rules.Say("标题", "標題", "title"),
	"number":      rules.Say("编号规则", "編號規則", "numbering"),
	"pattern":     rules.Say("格式", "格式", "pattern"),
	"required":    rules.Say("必填", "必填", "required"),
	"requiredIf":  rules.Say("必填条件", "必填條件", "required when"),
	"visibleIf":   rules.Say("显示条件", "顯示條件", "shown when"),
	"readIf":      rules.Say("只读条件", "唯讀條件", "read-only when"),
	"whenHidden":  rules.Say("隐藏时", "隱藏時", "when hidden"),
	"calc":        rules.Say("计算公式", "計算公式", "calculation"),
	"value":       rules.Say("默认值", "預設值", "default value"),
	"min":         rules.Say("最小值", "最小值", "minimum"),
	"max":         rules.Say("最大值", "最大值", "maximum"),
	"minLength":   rules.Say("最短长度", "最短長度", "shortest length"),
	"maxLength":   rules.Say("最大长度", "最大長度", "longest length"),
	"scale":       rules.Say("小数位数", "小數位數", "decimals"),
	"unit":        rules.Say("单位", "單位", "unit"),
	"options":     rules.Say("选项", "選項", "options"),
	"form":        rules.Say("表单", "表單", "form"),
	"fill":        rules.Say("带出字段", "帶出欄位", "fields filled in"),
	"where":       rules.Say("筛选条件", "篩選條件", "filter"),
	"list":        rules.Say("列表显示", "列表顯示", "in lists"),
	"filter":      rules.Say("可筛选", "可篩選", "can be filtered"),
	"sort":        rules.Say("排序", "排序", "sorting"),
	"search":      rules.Say("可搜索", "可搜尋", "searchable"),
	"columns":     rules.Say("列", "欄", "columns"),
	"fields":      rules.Say("字段", "欄位", "fields"),
	"grants":      rules.Say("权限", "權限", "grants"),
	"start":       rules.Say("起始阶段", "起始階段", "first stage"),
	"end":         rules.Say("结束类型", "結束類型", "end"),
	"probability": rules.Say("赢单概率", "贏單機率", "probability"),
	"owner":       rules.Say("负责人", "負責人", "owner"),
	"goal":        rules.Say("目标", "目標", "goal"),
	"kind":        rules.Say("种类", "種類", "kind"),
	"script":      rules.Say("话术", "話術", "script"),
	"color":       rules.Say("颜色", "顏色", "colour"),
	"due":         rules.Say("期限", "期限", "deadline"),
	"idle":        rules.Say("停滞提醒", "停滯提醒", "idle after"),
	"times":       rules.Say("乘以", "乘以", "multiplied by"),
	"ladder":      rules.Say("超时怎么办", "逾時怎麼辦", "what happens when it is late"),
	"idleLadder":  rules.Say("没有进展怎么办", "沒有進展怎麼辦", "what happens when nothing happens"),
	"edit":        rules.Say("可编辑字段", "可編輯欄位", "editable fields"),
	"read":        rules.Say("只读字段", "唯讀欄位", "read-only fields"),
	"hide":        rules.Say("隐藏字段", "隱藏欄位", "hidden fields"),
	"require":     rules.Say("必填字段", "必填欄位", "required fields"),
	"leaveIf":     rules.Say("离开条件", "離開條件", "leave conditions"),
	"enterIf":     rules.Say("进入条件", "進入條件", "entry conditions"),
	"needs":       rules.Say("关联要求", "關聯要求", "linked requirements"),
	"from":        rules.Say("来源阶段", "來源階段", "from"),
	"to":          rules.Say("目标", "目標", "to"),
	"by":          rules.Say("可操作角色", "可操作角色", "roles"),
	"if":          rules.Say("条件", "條件", "condition"),
	"ask":         rules.Say("流转时填写", "流轉時填寫", "asked fields"),
	"set":         rules.Say("赋值", "賦值", "values set"),
	"approval":    rules.Say("审批", "簽核", "approval"),
	"confirm":     rules.Say("确认提示", "確認提示", "confirmation"),
	"message":     rules.Say("提示", "提示", "message"),
	"skipIf":      rules.Say("免审条件", "免簽條件", "skipped when"),
	"runIf":       rules.Say("执行条件", "執行條件", "runs when"),
	"guards":      rules.Say("受审批保护的字段", "受簽核保護的欄位", "guarded fields"),
	"who":         rules.Say("人员", "人員", "people"),
	"mode":        rules.Say("方式", "方式", "mode"),
	"share":       rules.Say("通过比例", "通過比例", "share"),
	"veto":        rules.Say("一票否决", "一票否決", "veto"),
	"onEmpty":     rules.Say("无审批人时", "無簽核人時", "when nobody is found"),
	"onSelf":      rules.Say("审批人是发起人时", "簽核人是發起人時", "when the approver is the initiator"),
	"onReject":    rules.Say("驳回后", "駁回後", "after rejection"),
	"onReturn":    rules.Say("退回后", "退回後", "after return"),
	"join":        rules.Say("并行怎样通过", "並行怎樣通過", "parallel passes when"),
	"pick":        rules.Say("由谁选人", "由誰選人", "picked by"),
	"weight":      rules.Say("权重", "權重", "weights"),
	"pass":        rules.Say("通过所需", "通過所需", "needed to pass"),
	"resume":      rules.Say("再提交后", "再提交後", "when submitted again"),
	"allow":       rules.Say("允许的操作", "允許的操作", "allowed actions"),
	"cc":          rules.Say("抄送", "副本", "copied people"),
	"dedupe":      rules.Say("去重", "去重", "same person again"),
	"on":          rules.Say("触发", "觸發", "trigger"),
	"each":        rules.Say("对象", "對象", "records"),
	"do":          rules.Say("动作", "動作", "actions"),
	"intro":       rules.Say("引言", "引言", "introduction"),
	"submit":      rules.Say("提交按钮", "送出按鈕", "button"),
	"thanks":      rules.Say("感谢语", "感謝語", "thanks"),
	"source":      rules.Say("来源参数", "來源參數", "source"),
	"files":       rules.Say("上传文件", "上傳檔案", "files"),
	"expiry":      rules.Say("链接有效期", "連結有效期", "expiry"),
	"body":        rules.Say("正文", "本文", "body"),
	"header":      rules.Say("页眉", "頁首", "header"),
	"footer":      rules.Say("页脚", "頁尾", "footer"),
	"page":        rules.Say("纸张", "紙張", "page"),
	"limit":       rules.Say("上限", "上限", "limit"),
	"cron":        rules.Say("定时", "排程", "schedule"),
	"off":         rules.Say("停用", "停用", "switched off"),
	"rows":        rules.Say("行", "列", "rows"),
	"hit":         rules.Say("命中方式", "命中方式", "hit policy"),
	"group":       rules.Say("分组", "分組", "grouping"),
	"chart":       rules.Say("图表", "圖表", "chart"),
	"cards":       rules.Say("卡片", "卡片", "cards"),
	"sum":         rules.Say("合计", "合計", "sums"),
	"layout":      rules.Say("画布位置", "畫布位置", "canvas positions"),
	"blocks":      rules.Say("内容块", "內容區塊", "blocks"),
	"cells":       rules.Say("显示的字段", "顯示的欄位", "fields shown"),
	"align":       rules.Say("对齐", "對齊", "alignment"),
	"look":        rules.Say("样子", "樣子", "look"),
	"words":       rules.Say("大写", "大寫", "in words"),
	"numbered":    rules.Say("行号", "列號", "row numbers"),
	"across":      rules.Say("一行几个", "一列幾個", "beside each other"),
	"width":       rules.Say("宽度", "寬度", "width"),
	"html":        rules.Say("HTML", "HTML", "HTML"),

	"noPrecedents": rules.Say("不显示历史经验", "不顯示歷史經驗", "nothing from history"),
	"activity":     rules.Say("协办任务", "協辦任務", "activity"),
	"addSign":      rules.Say("加签", "加簽", "add a sign"),
	"after":        rules.Say("多久以后", "多久以後", "after"),
	"agg":          rules.Say("汇总方式", "彙總方式", "aggregate"),
	"ownCurrency":  rules.Say("用记录的货币汇总", "用記錄的貨幣彙總", "sum in the record's currency"),
	"app":          rules.Say("应用", "應用", "app"),
	"approve":      rules.Say("同意", "同意", "approve"),
	"approvers":    rules.Say("审批人", "簽核人", "approvers"),
	"as":           rules.Say("由谁", "由誰", "as"),
	"assign":       rules.Say("分配", "分派", "assignment"),
	"at":           rules.Say("时间", "時間", "at"),
	"auto":         rules.Say("条件满足自动流转", "條件滿足自動流轉", "by itself when the condition holds"),
	"avg":          rules.Say("平均", "平均", "mean"),
	"away":         rules.Say("不在岗", "不在崗", "away"),
	"button":       rules.Say("按钮", "按鈕", "button"),
	"mask":         rules.Say("部分遮住的电话", "部分遮住的電話", "phones shown in part"),
	"bounds":       rules.Say("区间分界", "區間分界", "ranges begin at"),
	"cap":          rules.Say("持有上限", "持有上限", "most held"),
	"card":         rules.Say("卡片内容", "卡片內容", "on the card"),
	"chain":        rules.Say("审批链", "簽核鏈", "approval chain"),
	"check":        rules.Say("检查", "檢查", "check"),
	"claim":        rules.Say("领取", "領取", "claim"),
	"claimPerDay":  rules.Say("每日领取上限", "每日領取上限", "claims a day"),
	"closing":      rules.Say("预计成交日字段", "預計成交日欄位", "closing date"),
	"code":         rules.Say("编码", "編碼", "code"),
	"cooldown":     rules.Say("冷却期", "冷卻期", "cool-down"),
	"count":        rules.Say("计数", "計數", "count"),
	"created":      rules.Say("新建", "新增", "created"),
	"css":          rules.Say("样式", "樣式", "style"),
	"data":         rules.Say("数据", "資料", "data"),
	"date":         rules.Say("日期", "日期", "date"),
	"days":         rules.Say("天数", "天數", "days"),
	"decay":        rules.Say("随时间减分", "隨時間減分", "decay"),
	"decide":       rules.Say("按规则", "依規則", "by rule"),
	"declassify":   rules.Say("公开到汇总", "公開到彙總", "shown in totals"),
	"delegate":     rules.Say("委托", "委託", "delegate"),
	"digest":       rules.Say("版本", "版本", "version"),
	"else":         rules.Say("否则", "否則", "otherwise"),
	"escalated":    rules.Say("已升级", "已升級", "escalated"),
	"expect":       rules.Say("预期", "預期", "expectation"),
	"expr":         rules.Say("公式", "公式", "formula"),
	"field":        rules.Say("字段", "欄位", "field"),
	"given":        rules.Say("前提", "前提", "given"),
	"groupBy":      rules.Say("按什么分组", "依什麼分組", "grouped by"),
	"groups":       rules.Say("清单分组", "清單分組", "checklist groups"),
	"hand":         rules.Say("交接", "交接", "hand over"),
	"headers":      rules.Say("请求头", "請求標頭", "headers"),
	"http":         rules.Say("调用外部接口", "呼叫外部介面", "call out"),
	"index":        rules.Say("建索引", "建索引", "indexed"),
	"into":         rules.Say("写入字段", "寫入欄位", "written into"),
	"level":        rules.Say("级数", "級數", "levels up"),
	"link":         rules.Say("回链字段", "回連欄位", "link back"),
	"linked":       rules.Say("关联", "關聯", "linked"),
	"mail":         rules.Say("发邮件", "寄郵件", "mail"),
	"managerOf":    rules.Say("上级", "主管", "manager of"),
	"match":        rules.Say("怎样算满足", "怎樣算滿足", "how many must match"),
	"members":      rules.Say("成员", "成員", "members"),
	"method":       rules.Say("请求方法", "請求方法", "method"),
	"misfire":      rules.Say("错过时", "錯過時", "when missed"),
	"months":       rules.Say("月数", "月數", "months"),
	"move":         rules.Say("流转", "流轉", "move"),
	"normalize":    rules.Say("比较前规整", "比較前正規化", "normalised"),
	"note":         rules.Say("备注", "備註", "note"),
	"notice":       rules.Say("提前通知", "提前通知", "notice"),
	"notices":      rules.Say("通知", "通知", "notices"),
	"notify":       rules.Say("通知", "通知", "notify"),
	"offset":       rules.Say("提前或推后", "提前或延後", "offset"),
	"onDelete":     rules.Say("被删除时", "被刪除時", "when deleted"),
	"optionsBy":    rules.Say("选项取决于", "選項取決於", "options by"),
	"ordered":      rules.Say("按顺序", "依順序", "in order"),
	"overlap":      rules.Say("重叠时", "重疊時", "when overlapping"),
	"part":         rules.Say("占比", "占比", "part"),
	"passIf":       rules.Say("通过条件", "通過條件", "passes when"),
	"passed":       rules.Say("通过后", "通過後", "when passed"),
	"payload":      rules.Say("收到的内容", "收到的內容", "what is received"),
	"people":       rules.Say("人员", "人員", "people"),
	"points":       rules.Say("分值", "分值", "points"),
	"pool":         rules.Say("公海/线索池", "公海／線索池", "pool"),
	"position":     rules.Say("位置", "位置", "position"),
	"press":        rules.Say("按下按钮", "按下按鈕", "press"),
	"problems":     rules.Say("问题", "問題", "problems"),
	"process":      rules.Say("流程", "流程", "process"),
	"protect":      rules.Say("保护期", "保護期", "protected for"),
	"rate":         rules.Say("汇率", "匯率", "rate"),
	"rates":        rules.Say("汇率", "匯率", "rates"),
	"ratio":        rules.Say("比率", "比率", "ratio"),
	"readOnly":     rules.Say("只读字段", "唯讀欄位", "read-only fields"),
	"reclaim":      rules.Say("回收规则", "回收規則", "reclaiming"),
	"record":       rules.Say("记录", "記錄", "record"),
	"records":      rules.Say("记录范围", "記錄範圍", "records"),
	"reject":       rules.Say("拒绝", "拒絕", "reject"),
	"rejected":     rules.Say("被拒后", "被拒後", "when rejected"),
	"related":      rules.Say("关联列表", "關聯清單", "related lists"),
	"release":      rules.Say("版本", "版本", "release"),
	"removeSign":   rules.Say("减签", "減簽", "remove a sign"),
	"reset":        rules.Say("重置", "重設", "reset"),
	"restart":      rules.Say("重新计时", "重新計時", "starts anew"),
	"result":       rules.Say("结果", "結果", "result"),
	"retired":      rules.Say("停用", "停用", "retired"),
	"retry":        rules.Say("重试", "重試", "retries"),
	"return":       rules.Say("退回", "退回", "return"),
	"robot":        rules.Say("群机器人消息", "群機器人訊息", "group robot"),
	"role":         rules.Say("角色", "角色", "role"),
	"round":        rules.Say("轮次", "輪次", "round"),
	"run":          rules.Say("运行", "執行", "run"),
	"secret":       rules.Say("密钥", "密鑰", "secret"),
	"since":        rules.Say("从何时起", "從何時起", "since"),
	"skipped":      rules.Say("跳过的", "跳過的", "skipped"),
	"spec":         rules.Say("规格", "規格", "spec"),
	"stage":        rules.Say("阶段", "階段", "stage"),
	"started":      rules.Say("启动的", "啟動的", "started"),
	"step":         rules.Say("步长", "步長", "step"),
	"stop":         rules.Say("停止", "停止", "stop"),
	"subject":      rules.Say("主题", "主旨", "subject"),
	"task":         rules.Say("建任务", "建任務", "task"),
	"tasks":        rules.Say("任务", "任務", "tasks"),
	"team":         rules.Say("团队", "團隊", "team"),
	"template":     rules.Say("模板", "範本", "template"),
	"text":         rules.Say("文字", "文字", "text"),
	"then":         rules.Say("结果", "結果", "then"),
	"transfer":     rules.Say("转交", "轉交", "transfer"),
	"transition":   rules.Say("流转", "流轉", "transition"),
	"under":        rules.Say("上级选项", "上層選項", "under"),
	"until":        rules.Say("结束条件", "結束條件", "ends when"),
	"upTo":         rules.Say("最多到几级", "最多到幾級", "up to level"),
	"updated":      rules.Say("修改", "修改", "updated"),
	"urge":         rules.Say("催办", "催辦", "urge"),
	"url":          rules.Say("网址", "網址", "address"),
	"user":         rules.Say("人员", "人員", "person"),
	"uses":         rules.Say("用到的应用", "用到的應用", "apps used"),
	"values":       rules.Say("可能的值", "可能的值", "possible values"),
	"via":          rules.Say("通过哪个字段", "透過哪個欄位", "via"),
	"wait":         rules.Say("等待", "等待", "wait"),
	"waitingFor":   rules.Say("等待", "等待", "waiting for"),
	"was":          rules.Say("曾用标识", "曾用識別名", "former keys"),
	"webhook":      rules.Say("外部调用", "外部呼叫", "webhook"),
	"weeks":        rules.Say("周数", "週數", "weeks"),
	"weights":      rules.Say("权重", "權重", "weights"),
	"when":         rules.Say("何时", "何時", "when"),
	"while":        rules.Say("审批期间", "簽核期間", "while under approval"),
	"whole":        rules.Say("总数", "總數", "whole"),
	"with":         rules.Say("初始内容", "初始內容", "starts with"),
	"withdraw":     rules.Say("撤回", "撤回", "withdraw"),
	"withdrawn":    rules.Say("撤回后", "撤回後", "when withdrawn"),
	"x":            rules.Say("横坐标", "橫座標", "x"),
	"y":            rules.Say("纵坐标", "縱座標", "y"),
}

func memberWord(name string) rules.Text {
	if t, ok := memberWords[name]; ok {
		return t
	}
	if t, ok := thingWords[name]; ok {
		return t
	}
	return rules.Plain(name)
}

// where names the innermost two things on the way, e.g. 阶段“提案”.
func whereAt(at []crumb) rules.Text {
	out := rules.Say("", "", "")
	var named []crumb
	for _, c := range at {
		if !c.name.IsZero() {
			named = append(named, c)
		}
	}
	if len(named) > 2 {
		named = named[len(named)-2:]
	}
	for i, c := range named {
		kind := memberOrThing(c.kind)
		if i > 0 && c.kind == "steps" && named[i-1].kind == "tests" {
			kind = rules.Say("步骤", "步驟", "step") // what is done in a scenario is nobody's approval
		}
		part := rules.Say("{kind}“{name}”", "{kind}「{name}」", "{kind} “{name}”", "kind", kind, "name", c.name)
		if i > 0 {
			out = rules.Say("{a}的{b}", "{a}的{b}", "{a}, {b}", "a", out, "b", part)
		} else {
			out = part
		}
	}
	return out
}

func memberOrThing(kind string) rules.Text {
	if t, ok := thingWords[kind]; ok {
		return t
	}
	return memberWord(kind)
}

// sentence puts the place before what happened there.
func sentence(at []crumb, what rules.Text) rules.Text {
	// Members on the way that are no things, such as fields → require, are told by the last of them only.
	if place := whereAt(at); place.In("en") != "" {
		return rules.Say("{place}：{what}", "{place}：{what}", "{place}: {what}", "place", place, "what", what)
	}
	return what
}

func sayThing(at []crumb, list string, name rules.Text, added bool) rules.Text {
	word := memberOrThing(list)
	if added {
		return sentence(at, rules.Say("新增{kind}“{name}”", "新增{kind}「{name}」", "{kind} “{name}” added", "kind", word, "name", name))
	}
	return sentence(at, rules.Say("删除{kind}“{name}”", "刪除{kind}「{name}」", "{kind} “{name}” removed", "kind", word, "name", name))
}

func sayOrder(at []crumb, list string) rules.Text {
	return sentence(at, rules.Say("{kind}的顺序变了", "{kind}的順序變了", "the order of each {kind} changed", "kind", memberOrThing(list)))
}

func (w *differ) sayAdded(path string, at []crumb, name string, b node) rules.Text {
	if list, ok := w.words(path, name, b); ok {
		return sentence(at, rules.Say("新增{what}：{list}", "新增{what}：{list}", "{what} added: {list}", "what", w.tell.member(path, name), "list", allOf(list)))
	}
	if string(b.raw) == "true" {
		return sentence(at, rules.Say("设为{what}", "設為{what}", "now {what}", "what", w.tell.member(path, name)))
	}
	return sentence(at, rules.Say("设置{what}为 {now}", "設定{what}為 {now}", "{what} set to {now}", "what", w.tell.member(path, name), "now", w.shown(path, name, b)))
}

func (w *differ) sayRemoved(path string, at []crumb, name string, a node) rules.Text {
	if list, ok := w.words(path, name, a); ok {
		return sentence(at, rules.Say("去掉{what}：{list}", "去掉{what}：{list}", "{what} removed: {list}", "what", w.tell.member(path, name), "list", allOf(list)))
	}
	if string(a.raw) == "true" {
		return sentence(at, rules.Say("不再{what}", "不再{what}", "no longer {what}", "what", w.tell.member(path, name)))
	}
	return sentence(at, rules.Say("去掉{what}（原为 {was}）", "去掉{what}（原為 {was}）", "{what} removed (was {was})", "what", w.tell.member(path, name), "was", w.shown(path, name, a)))
}

func (w *differ) sayChanged(path string, at []crumb, name string, a, b node) rules.Text {
	was, ok1 := w.words(path, name, a)
	now, ok2 := w.words(path, name, b)
	if ok1 && ok2 {
		more, less := minus(now, was), minus(was, now)
		switch {
		case len(more) > 0 && len(less) == 0:
			return sentence(at, rules.Say("新增{what}：{list}", "新增{what}：{list}", "{what} added: {list}", "what", w.tell.member(path, name), "list", allOf(more)))
		case len(less) > 0 && len(more) == 0:
			return sentence(at, rules.Say("去掉{what}：{list}", "去掉{what}：{list}", "{what} removed: {list}", "what", w.tell.member(path, name), "list", allOf(less)))
		case len(more) == 0:
			return sentence(at, rules.Say("{what}的顺序变了", "{what}的順序變了", "the order of {what} changed", "what", w.tell.member(path, name)))
		}
		return sentence(at, rules.Say("{what}：新增 {more}，去掉 {less}", "{what}：新增 {more}，去掉 {less}", "{what}: {more} added, {less} removed",
			"what", w.tell.member(path, name), "more", allOf(more), "less", allOf(less)))
	}
	return sentence(at, rules.Say("{what}由 {was} 改为 {now}", "{what}由 {was} 改為 {now}", "{what} changed from {was} to {now}",
		"what", w.tell.member(path, name), "was", w.shown(path, name, a), "now", w.shown(path, name, b)))
}

// words is a list of plain texts, things among them by their names.
func (w *differ) words(path, member string, n node) ([]rules.Text, bool) {
	if n.kind != '[' || len(n.items) == 0 {
		return nil, false
	}
	var list []string
	if json.Unmarshal(n.raw, &list) != nil {
		return nil, false
	}
	out := make([]rules.Text, len(list))
	for i, s := range list {
		out[i] = w.tell.listed(path, member, s)
	}
	return out, true
}

func minus(a, b []rules.Text) []rules.Text {
	var out []rules.Text
	for _, x := range a {
		if !slices.ContainsFunc(b, func(y rules.Text) bool { return maps.Equal(x, y) }) {
			out = append(out, x)
		}
	}
	return out
}

// shown is a value in a sentence.
func (w *differ) shown(path, member string, n node) rules.Text {
	out := rules.Text{}
	for lang, s := range w.tell.value(path, member, n) {
		out[lang] = clip(s)
	}
	return out
}

func allOf(list []rules.Text) rules.Text {
	out := list[0]
	for _, x := range list[1:] {
		out = rules.Say("{a}、{b}", "{a}、{b}", "{a}, {b}", "a", out, "b", x)
	}
	return out
}
