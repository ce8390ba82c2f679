package forms

import "pipewright/rules"

// typeWords are the field types as people choose them: the words of the designer.
var typeWords = map[string]rules.Text{
	"address":     rules.Say("地址", "地址", "address"),
	"attachment":  rules.Say("附件", "附件", "files"),
	"autonumber":  rules.Say("自动编号", "自動編號", "automatic number"),
	"barcode":     rules.Say("条码", "條碼", "barcode"),
	"bool":        rules.Say("是 / 否", "是 / 否", "yes / no"),
	"cascade":     rules.Say("级联选择", "級聯選擇", "choice in steps"),
	"date":        rules.Say("日期", "日期", "date"),
	"datetime":    rules.Say("日期时间", "日期時間", "date and time"),
	"duration":    rules.Say("时长", "時長", "length of time"),
	"email":       rules.Say("邮箱", "電子郵件", "email"),
	"idcode":      rules.Say("信用代码 / 税号", "統一編號 / 稅號", "organisation code"),
	"image":       rules.Say("图片", "圖片", "pictures"),
	"location":    rules.Say("位置", "位置", "location"),
	"longtext":    rules.Say("多行文字", "多行文字", "long text"),
	"lookup":      rules.Say("引用取值", "引用取值", "lookup"),
	"money":       rules.Say("金额", "金額", "money"),
	"multiselect": rules.Say("多选", "多選", "several choices"),
	"number":      rules.Say("数字", "數字", "number"),
	"percent":     rules.Say("百分比", "百分比", "percent"),
	"phone":       rules.Say("电话", "電話", "phone"),
	"rating":      rules.Say("评分", "評分", "rating"),
	"reference":   rules.Say("关联记录", "關聯記錄", "link to a record"),
	"richtext":    rules.Say("格式文本", "格式文字", "formatted text"),
	"role":        rules.Say("角色", "角色", "role"),
	"rollup":      rules.Say("关联汇总", "關聯彙總", "rollup"),
	"select":      rules.Say("单选", "單選", "choice"),
	"signature":   rules.Say("签名", "簽名", "signature"),
	"slider":      rules.Say("滑块", "滑桿", "slider"),
	"static":      rules.Say("说明文字", "說明文字", "text on the page"),
	"table":       rules.Say("明细表", "明細表", "table of rows"),
	"team":        rules.Say("团队", "團隊", "team"),
	"text":        rules.Say("单行文字", "單行文字", "text"),
	"time":        rules.Say("时间", "時間", "time of day"),
	"url":         rules.Say("网址", "網址", "web address"),
	"user":        rules.Say("人员", "人員", "person"),
}

// SayType is a field type in words; what is no type stays as it is written.
func SayType(name string) rules.Text {
	if t := typeWords[name]; t != nil {
		return t
	}
	return rules.Plain(name)
}

// SayTypes are several of them.
func SayTypes(names []string) []rules.Text {
	out := make([]rules.Text, len(names))
	for i, n := range names {
		out[i] = SayType(n)
	}
	return out
}
