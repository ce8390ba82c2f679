package server

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// maxFolderFiles is how many files the folder of an app may have.
const maxFolderFiles = 1000

// sendFolder answers a definition as the files of a folder, zipped. The same definition gives the same bytes: the files have no time.
func (c *call) sendFolder(def *process.Definition, problems []rules.Problem) error {
	if def == nil || rules.HasErrors(problems) {
		return refuse(http.StatusUnprocessableEntity, "check.failed", rules.Say("请先改正写法不对的地方，才能导出为文件夹", "請先改正寫法不對的地方，才能匯出為資料夾",
			"Mend what is not written as it should be first, then it can be exported as a folder"), problems...)
	}
	files, err := process.Split(def, nil)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := to.Write(f.Text); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": def.Key + ".zip"}))
	c.Data(http.StatusOK, "application/zip", out.Bytes())
	return nil
}

// folder reads a definition from the zipped files of a folder, which may lie in one folder more. What else is zipped with them, such as a README, is left
// out. What the files hold together is bounded, whatever the size of the zip.
func (c *call) folder() ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxDefinition))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, tooLargeFolder
	}
	if err != nil {
		return nil, badRequest(rules.Say("请求没有传完", "請求沒有傳完", "The body broke off"))
	}
	notZip := badRequest(rules.Say("这不是能读的 zip 文件", "這不是能讀的 zip 檔案", "This is no zip file that can be read"))
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, notZip
	}
	if len(z.File) > maxFolderFiles {
		return nil, tooLargeFolder
	}
	root := ""
	for _, f := range z.File {
		if dir, name := path.Split(f.Name); name == process.HeadFile && (root == "" || len(dir) < len(root)) {
			root = dir
		}
	}
	var files []process.File
	left := int64(maxDefinition)
	for _, f := range z.File {
		name, inside := strings.CutPrefix(f.Name, root)
		if !inside || name != process.HeadFile && name != process.OrderFile && (path.Dir(name) != process.PartsDir || path.Ext(name) != ".json") {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return nil, notZip
		}
		text, err := io.ReadAll(io.LimitReader(in, left+1))
		in.Close()
		if err != nil {
			return nil, notZip
		}
		if left -= int64(len(text)); left < 0 {
			return nil, tooLargeFolder
		}
		files = append(files, process.File{Name: name, Text: text})
	}
	def, bad, problems := process.ParseFolder(files)
	if def == nil || rules.HasErrors(problems) {
		return nil, badRequest(rules.Say("文件 {file} 的写法不对", "檔案 {file} 的寫法不對", "The file {file} is not written as it should be", "file", bad), problems...)
	}
	return process.Format(def)
}

var tooLargeFolder = refuse(http.StatusRequestEntityTooLarge, "body.tooLarge", rules.Say("文件太多或太大：一共最多 {mb} MB、{n} 个", "檔案太多或太大：一共最多 {mb} MB、{n} 個",
	"The files are too many or too large: at most {mb} MB and {n} files in all", "mb", maxDefinition>>20, "n", maxFolderFiles))
