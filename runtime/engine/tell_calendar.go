package engine

import (
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// rescheduled tells that a calendar has changed or that the owner goes by another one, and what that moved: first when the record is due, else the nearest of the reminders.
func (t *teller) rescheduled(out Entry, p *process.Rescheduled) (Entry, bool) {
	out.By, out.Name = "", ""
	when := func(at time.Time) string { return at.In(t.view.App.Zone).Format("2006-01-02 15:04") }
	n := len(p.Moved) + len(p.Activities)
	why := rules.Say("工作日历变了", "工作行事曆變了", "The working calendar changed")
	if p.Owner {
		why = rules.Say("负责人换了团队，改按那里的工作日历", "負責人換了團隊，改按那裡的工作行事曆", "The owner is in another team and goes by its working calendar")
	}
	out.Text = rules.Say("{why}：{n} 个时限重新计算", "{why}：{n} 個時限重新計算", "{why}: counted {n} times anew", "why", why, "n", n)
	var first *process.MovedTimer
	for i := range p.Moved {
		if m := &p.Moved[i]; first == nil || m.To.Kind == "due" || first.To.Kind != "due" && m.To.At.Before(first.To.At) {
			first = m
		}
	}
	switch {
	case first == nil:
	case first.To.Kind == "due":
		out.Text = rules.Say("{why}：到期从 {was} 改为 {at}（共 {n} 个时限）", "{why}：到期從 {was} 改為 {at}（共 {n} 個時限）",
			"{why}: due {at} instead of {was} ({n} times in all)", "why", why, "n", n, "was", when(first.Was), "at", when(p.Due))
	default:
		out.Text = rules.Say("{why}：提醒从 {was} 改为 {at}（共 {n} 个时限）", "{why}：提醒從 {was} 改為 {at}（共 {n} 個時限）",
			"{why}: reminds at {at} instead of {was} ({n} times in all)", "why", why, "n", n, "was", when(first.Was), "at", when(first.To.At))
	}
	if len(p.Unknown) > 0 {
		out.Text = rules.Say("{text}；{years} 年的节假日还没有录入，按每周工作日计算", "{text}；{years} 年的假日還沒有登錄，按每週工作日計算",
			"{text}; over {years} by the days of a common week, since nobody has entered its days off", "text", out.Text, "years", yearsText(p.Unknown))
	}
	return out, true
}

func yearsText(years []int) string {
	parts := make([]string, len(years))
	for i, y := range years {
		parts[i] = strconv.Itoa(y)
	}
	return strings.Join(parts, ", ")
}
