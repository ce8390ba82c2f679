package engine

import (
	"errors"

	"pipewright/rules"
	"pipewright/runtime/store"
)

// pageSize keeps a page within 1 to 200, 50 when nothing is asked for.
func pageSize(n int) int {
	if n <= 0 {
		return 50
	}
	return min(n, 200)
}

// readError turns what a caller can mend into a rejection.
func readError(err error) error {
	switch {
	case errors.Is(err, store.ErrCursor):
		return badRequest(rules.Say("翻页标记无效，请从第一页重新开始", "翻頁標記無效，請從第一頁重新開始", "This page mark is not valid; start again from the first page"))
	case errors.Is(err, store.ErrTooMany):
		return reject("query.tooMany", rules.Say("分组太多，请加筛选条件或换一个分组", "分組太多，請加篩選條件或換一個分組", "There are too many groups; add a filter or group by something else"))
	case errors.Is(err, store.ErrColumn):
		return &Building{rules.Say("这个字段刚刚可查询，索引还在建立，请稍后再试", "這個欄位剛剛可查詢，索引還在建立，請稍後再試", "This field has only just become queryable and its index is being built; try again soon")}
	}
	return err
}
