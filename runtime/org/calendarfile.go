package org

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"pipewright/rules"
	"pipewright/rules/strict"
)

const (
	// MaxCalendarFile bounds the file of a year, in bytes; a real one has some 4 kB.
	MaxCalendarFile = 256 << 10
	// maxCalendarDays bounds the days a year's file may name.
	maxCalendarDays = 400
	// maxDayName is the longest name of a day, in characters.
	maxDayName         = 40
	firstYear, endYear = 2000, 2101
)

// yearFile is a year's file as it is published: what is not used is known, so that a misspelt member is found.
type yearFile struct {
	Schema string    `json:"$schema"`
	ID     string    `json:"$id"`
	Year   *int      `json:"year"`
	Papers []string  `json:"papers"`
	Days   []dayLine `json:"days"`
}

type dayLine struct {
	Name string `json:"name"`
	Date string `json:"date"`
	Off  *bool  `json:"isOffDay"`
}

// ReadCalendarYear reads the file of a year in the shape in which the State Council's notices are published: year, and days of name, date
// and isOffDay. It names every mistake by its place.
func ReadCalendarYear(raw []byte) (CalendarYear, []rules.Problem) {
	if len(raw) > MaxCalendarFile {
		return CalendarYear{}, []rules.Problem{rules.Errorf("", "body.tooLarge", rules.Say("文件太大：一年的日历最多 {n} KB", "檔案太大：一年的行事曆最多 {n} KB",
			"The file is too large: a year's calendar has at most {n} kB", "n", MaxCalendarFile>>10))}
	}
	var in yearFile
	if ps := strict.Decode(raw, &in); len(ps) > 0 {
		return CalendarYear{}, ps
	}
	if in.Year == nil {
		return CalendarYear{}, []rules.Problem{rules.Errorf("/year", "required", rules.Say("没有写年份：要有 \"year\": 2027", "沒有寫年份：要有 \"year\": 2027",
			"The year is missing: write \"year\": 2027"))}
	}
	y := CalendarYear{Year: *in.Year, Days: make([]CalendarDay, 0, len(in.Days))}
	var ps []rules.Problem
	for i := range in.Days {
		line, at := &in.Days[i], "/days/"+strconv.Itoa(i)
		day, err := rules.ParseDate(line.Date)
		if err != nil {
			ps = append(ps, rules.Errorf(at+"/date", "field.invalid", rules.Say("“{text}”不是日期，应写成 2027-02-06", "「{text}」不是日期，應寫成 2027-02-06",
				"“{text}” is not a date; write it like 2027-02-06", "text", clipped(line.Date))))
		}
		if line.Off == nil {
			ps = append(ps, rules.Errorf(at+"/isOffDay", "required", rules.Say("要写 isOffDay：放假写 true，补班写 false", "要寫 isOffDay：放假寫 true，補班寫 false",
				"isOffDay is missing: true for a day off, false for a make-up working day")))
		}
		if err == nil && line.Off != nil {
			y.Days = append(y.Days, CalendarDay{Name: line.Name, Date: day, Off: *line.Off})
		}
	}
	if len(ps) > 0 {
		return CalendarYear{}, ps
	}
	return y, y.Check()
}

// Check says what is wrong with a year.
func (y *CalendarYear) Check() []rules.Problem {
	if y.Year < firstYear || y.Year >= endYear {
		return []rules.Problem{rules.Errorf("/year", "field.invalid", rules.Say("年份应在 {from} 到 {to} 之间", "年份應在 {from} 到 {to} 之間", "The year must be from {from} to {to}",
			"from", firstYear, "to", endYear-1))}
	}
	switch {
	case len(y.Days) == 0:
		return []rules.Problem{rules.Errorf("/days", "required", rules.Say("一天也没有写。国务院通常在前一年 11 月公布，公布前的文件是空的：请等公布后再上传", "一天也沒有寫。國務院通常在前一年 11 月公布，公布前的檔案是空的：請等公布後再上傳",
			"It names no day. The notice is usually published in November of the year before, and until then the file is empty: upload it once it is out"))}
	case len(y.Days) > maxCalendarDays:
		return []rules.Problem{rules.Errorf("/days", "field.invalid", rules.Say("最多写 {n} 天", "最多寫 {n} 天", "At most {n} days may be named", "n", maxCalendarDays))}
	}
	first, last := rules.Date{Year: y.Year - 1, Month: 12, Day: 1}, rules.Date{Year: y.Year + 1, Month: 1, Day: 31}
	var ps []rules.Problem
	seen := map[rules.Date]int{}
	for i, day := range y.Days {
		at := "/days/" + strconv.Itoa(i)
		if day.Date.Compare(first) < 0 || day.Date.Compare(last) > 0 {
			ps = append(ps, rules.Errorf(at+"/date", "field.invalid", rules.Say("{date} 不属于 {year} 年：最多到前一年 12 月和后一年 1 月", "{date} 不屬於 {year} 年：最多到前一年 12 月和後一年 1 月",
				"{date} is not of {year}: a year's file may reach into the December before and the January after", "date", day.Date.String(), "year", strconv.Itoa(y.Year))))
		}
		if other, twice := seen[day.Date]; twice {
			ps = append(ps, rules.Errorf(at+"/date", "key.duplicate", rules.Say("{date} 写了两次：第 {a} 天和第 {b} 天", "{date} 寫了兩次：第 {a} 天和第 {b} 天",
				"{date} is named twice: by day {a} and day {b}", "date", day.Date.String(), "a", other+1, "b", i+1)))
		}
		seen[day.Date] = i
		if utf8.RuneCountInString(day.Name) > maxDayName {
			ps = append(ps, rules.Errorf(at+"/name", "field.invalid", rules.Say("名称最多 {n} 字", "名稱最多 {n} 字", "A name has at most {n} characters", "n", maxDayName)))
		}
	}
	return ps
}

// CheckWeek says what is wrong with the days of rest of a week; nil is none of its own.
func CheckWeek(week []int) []rules.Problem {
	msg := rules.Say("休息日写 1（周一）到 7（周日），从小到大，一到六天", "休息日寫 1（週一）到 7（週日），從小到大，一到六天",
		"Days of rest are 1 (Monday) to 7 (Sunday) in order, one to six of them")
	if week != nil && len(week) == 0 {
		return []rules.Problem{rules.Errorf("/week", "field.invalid", msg)}
	}
	seen := map[int]bool{}
	for i, n := range week {
		if n < 1 || n > 7 || seen[n] || len(week) > 6 {
			return []rules.Problem{rules.Errorf("/week/"+strconv.Itoa(i), "field.invalid", msg)}
		}
		seen[n] = true
	}
	if !slices.IsSorted(week) {
		return []rules.Problem{rules.Errorf("/week", "field.invalid", msg)}
	}
	return nil
}

func clipped(text string) string {
	if r := []rune(text); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return text
}
