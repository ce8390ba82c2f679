package engine

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// teller turns events into lines of a timeline.
type teller struct {
	view   *View
	dir    *org.Directory
	titles map[string]string
}

// tell makes a line of an event; false for those that only keep time.
func (t *teller) tell(ev *process.Event) (Entry, bool) {
	out := Entry{Seq: ev.Seq, Type: ev.Payload.Type(), At: ev.At, By: ev.By, Name: t.who(ev.By)}
	switch p := ev.Payload.(type) {
	case process.Created:
		out.Text = rules.Say("创建了记录", "建立了記錄", "created the record")
		if p.Link != nil {
			out.Text = rules.Say("由关联记录创建", "由關聯記錄建立", "was created from a linked record")
		}
		out.Changes = t.changes(p.Data, nil)
	case process.Imported:
		out.Text = rules.Say("导入了记录（未经过流程检查）", "匯入了記錄（未經過流程檢查）", "imported the record (its gates were not run)")
		out.Stage = p.Stage
		out.Changes = t.changes(p.Data, nil)
	case process.Changed:
		if out.Changes = t.changes(p.Set, p.Clear); len(out.Changes) == 0 {
			return out, false
		}
		out.Text = rules.Say("修改了 {n} 个字段", "修改了 {n} 個欄位", "changed {n} fields", "n", len(out.Changes))
		if len(out.Changes) == 1 {
			out.Text = rules.Say("修改了“{field}”", "修改了「{field}」", "changed “{field}”", "field", out.Changes[0].Name)
		}
	case process.Entered:
		out.Stage, out.Comment = p.To, p.Comment
		switch {
		case p.Override != "":
			out.Comment = p.Override
			out.Text = rules.Say("越过未满足的条件，进入阶段“{stage}”", "越過未滿足的條件，進入階段「{stage}」", "passed unmet conditions and went on to “{stage}”", "stage", t.stage(p.To))
		case p.From == "":
			out.Text = rules.Say("进入阶段“{stage}”", "進入階段「{stage}」", "entered “{stage}”", "stage", t.stage(p.To))
		default:
			out.Text = rules.Say("从“{from}”进入“{stage}”", "從「{from}」進入「{stage}」", "moved from “{from}” to “{stage}”", "from", t.stage(p.From), "stage", t.stage(p.To))
		}
	case process.Ticked:
		name := t.item(p.Item)
		out.Text = rules.Say("勾选了“{item}”", "勾選了「{item}」", "ticked “{item}”", "item", name)
		if !p.Done {
			out.Text = rules.Say("取消勾选“{item}”", "取消勾選「{item}」", "unticked “{item}”", "item", name)
		}
	case process.ActivityDone:
		name := t.item(p.Activity)
		out.Text = rules.Say("完成了活动“{item}”", "完成了活動「{item}」", "finished “{item}”", "item", name)
		if !p.Done {
			out.Text = rules.Say("重新打开活动“{item}”", "重新打開活動「{item}」", "opened “{item}” again", "item", name)
		}
	case process.ActivityAnswered:
		return t.activityAnswered(out, &p)
	case process.ActivityMoved:
		return t.activityMoved(out, &p), true
	case process.ActivityLate:
		out.By, out.Name = "", ""
		out.Text = rules.Say("“{item}”超时未完成，已升级给{who}", "「{item}」逾時未完成，已升級給{who}", "“{item}” is late and was escalated to {who}", "item", t.item(p.Activity), "who", t.all(p.To))
		return out, len(p.To) > 0
	case process.StageLate:
		return t.stageLate(out, &p), true
	case process.Assigned:
		out.Text = rules.Say("负责人改为{who}", "負責人改為{who}", "made {who} the owner", "who", t.who(p.Owner))
		if p.How == "handOver" {
			out.By, out.Name = "", ""
			out.Text = rules.Say("离职交接：负责人改为{who}", "離職交接：負責人改為{who}", "was handed over to {who}, since its owner leaves", "who", t.who(p.Owner))
		}
		if p.How == "admin" {
			out.Text = rules.Say("找不到负责人，先交给{who}", "找不到負責人，先交給{who}", "found nobody to own it and gave it to {who}", "who", t.who(p.Owner))
		}
	case process.PooledIn:
		out.Text = rules.Say("放入“{pool}”", "放入「{pool}」", "put it into “{pool}”", "pool", t.pool(p.Pool))
		if p.How == "reclaim" {
			out.Text = rules.Say("收回到“{pool}”", "收回到「{pool}」", "took it back into “{pool}”", "pool", t.pool(p.Pool))
		}
		if p.How == "nobody" {
			out.Text = rules.Say("找不到负责人，放入“{pool}”", "找不到負責人，放入「{pool}」", "found nobody to own it and put it into “{pool}”", "pool", t.pool(p.Pool))
		}
		out.Comment = p.Reason
	case process.Claimed:
		out.Text = rules.Say("从“{pool}”领取", "從「{pool}」領取", "claimed it from “{pool}”", "pool", t.pool(p.Pool))
	case process.ReclaimNoticed:
		out.Text = rules.Say("不再收回到“{pool}”", "不再收回到「{pool}」", "no longer takes it back into “{pool}”", "pool", t.pool(p.Pool))
		if !p.At.IsZero() {
			out.Text = rules.Say("{date} 之后将收回到“{pool}”", "{date} 之後將收回到「{pool}」", "will take it back into “{pool}” after {date}", "pool", t.pool(p.Pool),
				"date", p.At.In(t.view.App.Zone).Format("2006-01-02"))
		}
	case process.Numbered:
		out.Text = rules.Say("编号为 {number}", "編號為 {number}", "gave it the number {number}", "number", p.Number)
	case process.RoundOpened:
		out.Text = rules.Say("提交了“{chain}”", "提交了「{chain}」", "submitted “{chain}”", "chain", t.chain(p.Chain))
		if p.Back != "" {
			out.By, out.Name = "", ""
			out.Text = rules.Say("“{chain}”回到节点“{step}”", "「{chain}」回到節點「{step}」", "“{chain}” goes on from “{step}” again", "chain", t.chain(p.Chain), "step", t.step(p.Back))
			return out, true
		}
		out.Comment = p.Comment
		if len(p.Proposed) > 0 {
			out.Changes = t.changes(p.Proposed, nil)
		}
	case process.StepEntered:
		waits := slices.DeleteFunc(slices.Clone(p.Slots), func(s process.Slot) bool { return s.State == process.Skipped })
		if len(p.Branches) > 0 {
			return out, false // its branches say whom they wait for
		}
		out.By, out.Name = "", ""
		out.Text = rules.Say("节点“{step}”等待{who}处理", "節點「{step}」等待{who}處理", "“{step}” waits for {who}", "step", t.step(p.Step), "who", t.holders(waits))
	case process.StepEnded:
		if p.State != process.Skipped && p.State != process.Blocked || p.Reason == "branch" {
			return out, false
		}
		out.By, out.Name = "", ""
		out.Text = rules.Say("节点“{step}”跳过：{why}", "節點「{step}」跳過：{why}", "“{step}” was skipped: {why}", "step", t.step(p.Step), "why", reasonText(p.Reason))
		if p.State == process.Blocked {
			out.Text = rules.Say("节点“{step}”受阻：{why}", "節點「{step}」受阻：{why}", "“{step}” is blocked: {why}", "step", t.step(p.Step), "why", reasonText(p.Reason))
		}
	case process.SlotDecided:
		out.Comment = p.Comment
		text, tells := decisionText(p.State, t.step(p.Step))
		out.Text = text
		// What follows from the answers of people who were asked is told by their answers.
		return out, tells && p.Reason != "addSign"
	case process.Picked:
		out.Text = rules.Say("为“{step}”选了{who}", "為「{step}」選了{who}", "picked {who} for “{step}”", "step", t.step(p.Step), "who", t.all(p.People))
	case process.Copied:
		out.By, out.Name = "", ""
		out.Text = rules.Say("抄送给{who}", "副本給{who}", "was copied to {who}", "who", t.all(p.People))
	case process.ReadCopy:
		out.Text = rules.Say("已阅抄送", "已閱副本", "read the copy")
	case process.SlotsAdded:
		t.added(&out, p)
	case process.Escalated:
		out.Text = rules.Say("“{step}”超时，已升级给{who}", "「{step}」逾時，已升級給{who}", "“{step}” is late and was escalated to {who}", "step", t.step(p.Step), "who", t.all(p.To))
	case process.RoundBlocked:
		out.By, out.Name = "", ""
		out.Text = rules.Say("审批已同意，但流转条件现在不满足", "簽核已同意，但流轉條件現在不滿足", "was approved, but the move's conditions do not hold now")
	case process.RoundVoided:
		out.Text = rules.Say("修改了审批所依据的内容，需重新审批", "修改了簽核所依據的內容，需重新簽核", "changed what the approval rests on; it runs again")
	case process.RoundEnded:
		return t.roundEnded(out, p), true
	case process.Pressed:
		out.Text = rules.Say("按了“{name}”", "按了「{name}」", "pressed “{name}”", "name", t.button(p.Button))
	case process.Reminded:
		if p.Kind == "date" || p.Kind == "point" {
			return out, false // what its automation does is told
		}
		out.By, out.Name = "", ""
		idle := p.Kind == "idle" || p.Kind == "rung" && p.Key == "idle"
		switch {
		case len(p.To) == 0 && p.Kind == "rung":
			return out, false // there was nobody to remind
		case len(p.To) == 0 && idle:
			out.Text = rules.Say("长时间没有进展", "長時間沒有進展", "nothing happened for a while")
		case len(p.To) == 0 && p.Kind == "due":
			out.Text = rules.Say("阶段到期", "階段到期", "the stage was due")
		case idle:
			out.Text = rules.Say("长时间没有进展，已提醒{who}", "長時間沒有進展，已提醒{who}", "nothing happened for a while; reminded {who}", "who", t.all(p.To))
		default:
			out.Text = rules.Say("到期提醒：{who}", "到期提醒：{who}", "reminded {who} of a deadline", "who", t.all(p.To))
		}
	case process.Urged:
		out.Text = rules.Say("催办{who}", "催辦{who}", "urged {who}", "who", t.all(p.To))
	case process.Revealed:
		out.Text = rules.Say("查看了“{field}”的完整号码", "檢視了「{field}」的完整號碼", "looked up the whole number of “{field}”", "field", t.fieldName(p.Field))
	case process.Noted:
		out.Comment = p.Text
		out.Text = rules.Say("写了笔记", "寫了筆記", "left a note")
	case process.LinkAdded:
		kind := rules.Plain(p.Link.Form)
		if f := t.view.App.Forms[p.Link.Form]; f != nil {
			kind = f.Def.Name
		}
		// Who may not see the other record learns of what kind it is, and no more.
		out.Text = rules.Say("发起了{kind}", "發起了{kind}", "started a record of “{kind}”", "kind", kind)
		for _, l := range t.view.Links {
			if l.ID == p.Link.ID && l.Title != "" {
				out.Text = rules.Say("发起了{kind}“{title}”", "發起了{kind}「{title}」", "started “{title}” ({kind})", "kind", kind, "title", l.Title)
			}
		}
	case process.Joined:
		who := asked(p.People)
		out.Text = rules.Say("添加协作人{who}", "新增協作人{who}", "asked {who} to work on it together", "who", t.all(who))
		return out, len(who) > 0
	case process.Left:
		who := asked(p.People)
		out.Text = rules.Say("移除协作人{who}", "移除協作人{who}", "took {who} off the collaborators", "who", t.all(who))
		return out, len(who) > 0
	case process.Migrated:
		out.Text = rules.Say("从流程版本 {from} 换到版本 {to}", "從流程版本 {from} 換到版本 {to}", "took it from release {from} of the process on to release {to}", "from", p.From, "to", p.To.Release)
		out.Stage, out.Changes = p.To.Stage, t.changes(p.Set, p.Clear)
	case process.Unmigrated:
		out.Text = rules.Say("撤销迁移，从版本 {from} 回到版本 {to}", "撤銷遷移，從版本 {from} 回到版本 {to}", "took the migration back, from release {from} to release {to}", "from", p.From, "to", p.To.Release)
		out.Stage, out.Changes = p.To.Stage, t.changes(p.Set, p.Clear)
	case process.Rescheduled:
		return t.rescheduled(out, &p)
	case process.TimersSet:
		out.By, out.Name = "", ""
		out.Text = rules.Say("{years} 年的节假日还没有录入：跨年的时限按每周工作日计算", "{years} 年的假日還沒有登錄：跨年的時限按每週工作日計算",
			"counted times over {years} by the days of a common week: nobody has entered its days off", "years", yearsText(p.Unknown))
		return out, len(p.Unknown) > 0
	case process.Merged:
		out.Text = rules.Say("合并到另一条记录", "合併到另一筆記錄", "merged it into another record")
	case process.Unmerged:
		out.Text = rules.Say("撤销了合并，这条记录恢复", "撤銷了合併，這筆記錄恢復", "took the merge back; the record is one of its own again")
	case process.Absorbed:
		out.Text = rules.Say("把一条重复的记录合并进来", "把一筆重複的記錄合併進來", "merged a duplicate into this record")
	case process.Unabsorbed:
		out.Text = rules.Say("撤销了一次合并", "撤銷了一次合併", "took a merge back")
	case process.Repointed:
		out.Text = rules.Say("引用的记录已合并，改为指向合并后的那条", "引用的記錄已合併，改為指向合併後的那筆", "a record it refers to was merged; it points to the one that stays")
	case process.Deleted:
		out.Text = rules.Say("移入回收站", "移入回收站", "moved it to the recycle bin")
	case process.Restored:
		out.Text = rules.Say("从回收站恢复", "從回收站恢復", "restored it from the recycle bin")
	default: // Titled, ActivityOpened, SlotOpened
		return out, false
	}
	return out, true
}

// button is the name of a button; its key when the release has it no more.
func (t *teller) button(key string) rules.Text {
	if a := t.view.App.Automations[key]; a != nil && !a.Def.On.Button.IsZero() {
		return a.Def.On.Button
	}
	return rules.Plain(key)
}

// asked are the collaborators among those who join or leave.
func asked(people []process.Person) []string {
	var out []string
	for _, p := range people {
		if p.Why == process.WhyCollaborator {
			out = append(out, p.User)
		}
	}
	return out
}

// added tells who was given a decision, or asked about one.
func (t *teller) added(out *Entry, p process.SlotsAdded) {
	names := t.holders(p.Slots)
	asked, reason := "", ""
	if len(p.Slots) > 0 {
		asked, reason = p.Slots[0].Asked, p.Slots[0].Reason
	}
	say := func(zhCN, zhTW, en string) {
		out.Text = rules.Say(zhCN, zhTW, en, "step", t.step(p.Step), "who", names)
	}
	switch {
	case reason == "absence" || reason == "left":
		out.By, out.Name = "", ""
		say("“{step}”改由{who}处理", "「{step}」改由{who}處理", "“{step}” goes to {who} instead")
	case asked == process.AskDelegate:
		say("就“{step}”委派{who}", "就「{step}」委派{who}", "asked {who} about “{step}”")
	case asked == process.AskBefore:
		say("在“{step}”前加签{who}", "在「{step}」前加簽{who}", "added {who} to decide before at “{step}”")
	case asked == process.AskAfter:
		say("同意了“{step}”，并在其后加签{who}", "同意了「{step}」，並在其後加簽{who}", "approved “{step}” and added {who} to decide after")
	default:
		say("“{step}”转给{who}", "「{step}」轉給{who}", "passed “{step}” on to {who}")
	}
}

// holders names who decides, and for whom.
func (t *teller) holders(slots []process.Slot) rules.Text {
	out := rules.Text{}
	for _, lang := range rules.Languages {
		names := make([]string, len(slots))
		for i := range slots {
			if names[i] = t.who(slots[i].Person); slots[i].For != "" {
				names[i] = rules.Say("{who}（代{for}）", "{who}（代{for}）", "{who} (for {for})", "who", names[i], "for", t.who(slots[i].For)).In(lang)
			}
		}
		out[lang] = strings.Join(names, map[bool]string{true: ", ", false: "、"}[lang == "en"])
	}
	return out
}

func (t *teller) roundEnded(out Entry, p process.RoundEnded) Entry {
	out.By, out.Name = "", ""
	switch p.State {
	case process.Passed:
		out.Text = rules.Say("审批通过", "簽核通過", "the approval passed")
	case process.Rejected:
		out.Text = rules.Say("审批被拒绝", "簽核被拒絕", "the approval was rejected")
	case process.Returned:
		out.Text = rules.Say("审批被退回", "簽核被退回", "the approval was returned")
	case process.Withdrawn:
		out.Text = rules.Say("审批已撤回", "簽核已撤回", "the approval was withdrawn")
	default:
		out.Text = rules.Say("审批已取消", "簽核已取消", "the approval was cancelled")
	}
	return out
}

func decisionText(state string, step rules.Text) (rules.Text, bool) {
	switch state {
	case process.Approved:
		return rules.Say("同意了“{step}”", "同意了「{step}」", "approved “{step}”", "step", step), true
	case process.Rejected:
		return rules.Say("拒绝了“{step}”", "拒絕了「{step}」", "rejected “{step}”", "step", step), true
	case process.Returned:
		return rules.Say("退回了“{step}”", "退回了「{step}」", "returned “{step}”", "step", step), true
	case process.TimedOut:
		return rules.Say("“{step}”已超时", "「{step}」已逾時", "“{step}” timed out", "step", step), true
	}
	return nil, false
}

func reasonText(reason string) rules.Text {
	switch reason {
	case "condition":
		return rules.Say("条件不适用", "條件不適用", "its condition does not apply")
	case "self":
		return rules.Say("审批人就是发起人", "簽核人就是發起人", "the approver is the initiator")
	case "samePerson":
		return rules.Say("与上一节点是同一人", "與上一節點是同一人", "the same person approved the step before")
	case "empty", "nobody":
		return rules.Say("找不到审批人", "找不到簽核人", "nobody was found to approve")
	case "due":
		return rules.Say("到了时限", "到了時限", "its time was over")
	case "rule":
		return rules.Say("规则无法计算", "規則無法計算", "a rule could not be computed")
	case "":
		return rules.Say("无需处理", "無需處理", "there was nothing to do")
	}
	return rules.Plain(reason)
}

// changes shows stored values by field; those he may not see are left out.
func (t *teller) changes(set forms.Stored, clear []string) []FieldChange {
	wire := t.view.Wire(t.view.Form.Schema.Decode(set))
	var out []FieldChange
	for _, info := range t.view.Form.Schema.Fields() {
		_, given := set[info.Storage]
		if !given && !slices.Contains(clear, info.Storage) || !t.view.Sees(info.ID) {
			continue
		}
		out = append(out, FieldChange{Field: info.ID, Name: info.Name, To: orNull(wire[info.ID])})
	}
	return out
}

func (t *teller) who(user string) string {
	if app, isApp := strings.CutPrefix(user, "app:"); isApp {
		return app
	}
	if user == "" {
		return ""
	}
	return t.dir.Name(user)
}

func (t *teller) all(users []string) []string {
	out := make([]string, len(users))
	for i, u := range users {
		out[i] = t.who(u)
	}
	return out
}

// fieldName is what the field of a storage key is called.
func (t *teller) fieldName(storage string) rules.Text {
	for _, info := range t.view.Form.Schema.Fields() {
		if info.Storage == storage {
			return info.Name
		}
	}
	return rules.Plain(storage)
}

func (t *teller) stage(key string) rules.Text {
	if p := t.view.Form.Process; p != nil {
		if st := p.ByKey[key]; st != nil {
			return st.Def.Name
		}
	}
	return rules.Plain(key)
}

func (t *teller) chain(key string) rules.Text {
	if c := t.view.App.Chains[key]; c != nil {
		return c.Def.Name
	}
	return rules.Plain(key)
}

func (t *teller) pool(key string) rules.Text {
	if p := t.view.App.Pools[key]; p != nil && !p.Def.Name.IsZero() {
		return p.Def.Name
	}
	return rules.Plain(key)
}

func (t *teller) step(key string) rules.Text {
	for _, c := range t.view.App.Chains {
		if c.Form != nil && c.Form.Def.Key == t.view.Form.Def.Key {
			if st := c.Step(key); st != nil {
				return st.Def.Name
			}
		}
	}
	return rules.Plain(key)
}

// item names a checklist item or activity, "stage.key".
func (t *teller) item(key string) rules.Text {
	stage, item, _ := strings.Cut(key, ".")
	if p := t.view.Form.Process; p != nil {
		if st := p.ByKey[stage]; st != nil {
			for i := range st.Def.Checklist {
				if st.Def.Checklist[i].Key == item {
					return st.Def.Checklist[i].Name
				}
			}
			if a := activityOf(st, key); a != nil {
				return a.Name
			}
		}
	}
	return rules.Plain(item)
}
