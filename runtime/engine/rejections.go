package engine

import (
	"errors"

	"pipewright/rules"
	"pipewright/runtime/process"
)

func reject(code string, msg rules.Text, details ...rules.Problem) *process.Rejection {
	return &process.Rejection{Code: code, Message: msg, Details: details}
}

// notFound is also the answer for what the caller may not know of.
func notFound() *process.Rejection {
	return reject("not.found", rules.Say("没有这条记录，或您无权查看", "沒有這條記錄，或您無權檢視", "There is no such record, or you may not see it"))
}

func forbidden() *process.Rejection {
	return reject("forbidden", rules.Say("您没有权限做这件事", "您沒有權限做這件事", "You may not do this"))
}

func badRequest(msg rules.Text, details ...rules.Problem) *process.Rejection {
	return reject("bad.request", msg, details...)
}

// appError turns ErrNoApp into a rejection.
func appError(err error) error {
	if errors.Is(err, ErrNoApp) {
		return reject("not.found", rules.Say("没有这个应用，或它还没有发布", "沒有這個應用，或它還沒有發布", "There is no such app, or it has not been published"))
	}
	return err
}

func opReused() *process.Rejection {
	return reject("op.reused", rules.Say(
		"这个操作编号（Idempotency-Key）已用于另一个请求，请换一个新的编号",
		"這個操作編號（Idempotency-Key）已用於另一個請求，請換一個新的編號",
		"This Idempotency-Key was used for another request; use a new one"))
}

func conflict() *process.Rejection {
	return reject("conflict", rules.Say(
		"这条记录正被多人同时修改，本次没有保存，请刷新后再试",
		"這條記錄正被多人同時修改，本次沒有儲存，請重新整理後再試",
		"Several people are changing this record at once; nothing was saved. Reload and try again"))
}

func tooLarge(size int) *process.Rejection {
	return reject("record.tooLarge", rules.Say(
		"这条记录太大（{kb} KB，最多 2048 KB），请减少明细行或文字",
		"這條記錄太大（{kb} KB，最多 2048 KB），請減少明細行或文字",
		"This record is too large ({kb} KB, at most 2048 KB); use fewer rows or shorter texts", "kb", size/1024))
}

// asRejection tells whether an error is a business refusal, as against a fault of the machinery.
func asRejection(err error) (*process.Rejection, bool) {
	var r *process.Rejection
	ok := errors.As(err, &r)
	return r, ok
}
