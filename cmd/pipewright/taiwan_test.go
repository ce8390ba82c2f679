package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/encoding/traditionalchinese"
)

// mainland are words that Taiwan has others for, with these.
var mainland = map[string]string{
	"數據": "資料", "設置": "設定", "視頻": "影片", "軟件": "軟體", "硬件": "硬體", "網絡": "網路", "信息": "訊息", "默認": "預設", "激活": "啟用", "鏈接": "連結",
	"打印": "列印", "粘貼": "貼上", "屏幕": "螢幕", "服務器": "伺服器", "短信": "簡訊", "郵箱": "電子郵件", "菜單": "選單", "搜索": "搜尋", "刷新": "重新整理", "批量": "批次",
	"導入": "匯入", "導出": "匯出", "緩存": "快取", "字段": "欄位", "接口": "介面", "光標": "游標", "鼠標": "滑鼠", "在線": "線上", "加載": "載入", "字符": "字元", "數組": "陣列",
	"變量": "變數", "標簽": "標籤", "賬": "帳", "二維碼": "QR Code", "節假日": "假日", "試運行": "試跑", "審批": "簽核", "保存": "儲存", "登錄系統": "登入", "用戶名": "使用者名稱",
}

// Texts for Taiwan are written in traditional characters and in its words, in the program, its screens and the templates.
func TestTextsForTaiwanAreTaiwans(t *testing.T) {
	t.Parallel()
	// What Taiwan's own character set lacks is hardly ever written there; simplified characters are not in it.
	big5 := traditionalchinese.Big5.NewEncoder()
	n := 0
	look := func(at, text string) {
		n++
		for _, r := range text {
			if !unicode.Is(unicode.Han, r) {
				continue
			}
			if _, err := big5.String(string(r)); err != nil {
				t.Errorf("%s: “%c” is no traditional character: %s", at, r, text)
			}
		}
		for word, other := range mainland {
			if strings.Contains(text, word) {
				t.Errorf("%s: “%s” is “%s” in Taiwan: %s", at, word, other, text)
			}
		}
	}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if name == "node_modules" || name == "dist" || name == "testdata" || strings.HasPrefix(name, ".") && path != root {
				return filepath.SkipDir
			}
			return nil
		}
		at, _ := filepath.Rel(root, path)
		switch {
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, text := range saidInTaiwan(file) {
				look(at, text)
			}
		case strings.HasSuffix(name, ".json") && (strings.HasPrefix(at, filepath.Join("web", "src", "locales", "zh-TW")) || strings.HasPrefix(at, "builtin-templates")):
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			var v any
			if err := json.Unmarshal(raw, &v); err != nil {
				return err
			}
			textsOf(v, strings.Contains(at, "locales"), func(text string) { look(at, text) })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 5000 {
		t.Errorf("only %d texts were found", n)
	}
}

// textsOf goes through the texts under "zh-TW"; through all of them when inside.
func textsOf(v any, inside bool, look func(string)) {
	switch v := v.(type) {
	case string:
		if inside {
			look(v)
		}
	case []any:
		for _, one := range v {
			textsOf(one, inside, look)
		}
	case map[string]any:
		for key, one := range v {
			textsOf(one, inside || key == "zh-TW", look)
		}
	}
}

// saidInTaiwan finds the second of three texts in a row, as rules.Say and its like take them, and what stands under "zh-TW".
func saidInTaiwan(file *ast.File) []string {
	var out []string
	text := func(e ast.Expr) (string, bool) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(lit.Value)
		return s, err == nil
	}
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			for i := 0; i+2 < len(n.Args); i++ {
				zhCN, a := text(n.Args[i])
				zhTW, b := text(n.Args[i+1])
				en, c := text(n.Args[i+2])
				if a && b && c && han(zhCN) && han(zhTW) && !han(en) {
					out = append(out, zhTW)
				}
			}
		case *ast.KeyValueExpr:
			if key, ok := text(n.Key); ok && key == "zh-TW" {
				if s, ok := text(n.Value); ok {
					out = append(out, s)
				}
			}
		}
		return true
	})
	return out
}
