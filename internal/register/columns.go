package register

import (
	"fmt"
	"slices"
	"strings"

	"sohoa/internal/fold"
)

// Language says in which language columns are named.
type Language string

// The languages.
const (
	Vietnamese Language = "vi"
	English    Language = "en"
)

// Column is a column of a list's files.
type Column struct {
	Field      string // as in the API
	Vietnamese string
	English    string
	Also       []string // what else it is called in files met
	Required   bool
}

// Heading gives the column's name in a language.
func (c Column) Heading(l Language) string {
	if l == English {
		return c.English
	}
	return c.Vietnamese
}

// Columns gives the columns of a list, in the order they are written.
func Columns(k Kind) []Column {
	updated := Column{Field: "source_updated_at", Vietnamese: "Thời điểm cập nhật", English: "Updated at", Also: []string{"Ngày cập nhật"}}
	numbers := []Column{
		{Field: "cccd", Vietnamese: "Số CCCD", English: "CCCD", Also: []string{"Căn cước công dân", "Số căn cước", "Số định danh cá nhân", "Citizen id"}},
		{Field: "cmnd", Vietnamese: "Số CMND", English: "CMND", Also: []string{"Chứng minh nhân dân", "Old id"}},
		{Field: "tax", Vietnamese: "Mã số thuế", English: "Tax code", Also: []string{"MST"}},
		{Field: "identifier", Vietnamese: "Số giấy tờ", English: "Identifier", Also: []string{"Số CMND/CCCD", "Số CCCD/CMND", "Số giấy tờ tùy thân", "Giấy tờ", "Id number"}},
	}
	switch k {
	case Units:
		return []Column{
			{Field: "code", Vietnamese: "Mã đơn vị", English: "Unit code", Also: []string{"Mã", "Code"}, Required: true},
			{Field: "agency", Vietnamese: "Mã định danh cơ quan", English: "Agency code", Also: []string{"Mã định danh"}},
			{Field: "name", Vietnamese: "Tên đơn vị", English: "Name", Also: []string{"Tên", "Đơn vị", "Unit name"}, Required: true},
			{Field: "parent", Vietnamese: "Mã đơn vị cấp trên", English: "Parent code", Also: []string{"Đơn vị cấp trên", "Cấp trên", "Parent"}},
			{Field: "valid_from", Vietnamese: "Hiệu lực từ ngày", English: "Valid from", Also: []string{"Từ ngày"}},
			{Field: "valid_to", Vietnamese: "Hiệu lực đến ngày", English: "Valid to", Also: []string{"Đến ngày"}},
			{Field: "successor", Vietnamese: "Mã đơn vị kế thừa", English: "Successor code", Also: []string{"Đơn vị kế thừa", "Sáp nhập vào", "Successor"}},
			updated,
		}
	case Procedures:
		return []Column{
			{Field: "code", Vietnamese: "Mã thủ tục", English: "Procedure code", Also: []string{"Mã TTHC", "Mã thủ tục hành chính", "Mã", "Code"}, Required: true},
			{Field: "list", Vietnamese: "Mã cơ quan công bố", English: "Listing agency", Also: []string{"List"}},
			{Field: "name", Vietnamese: "Tên thủ tục", English: "Name", Also: []string{"Tên TTHC", "Tên thủ tục hành chính", "Tên", "Thủ tục", "Procedure name"}, Required: true},
			{Field: "field", Vietnamese: "Lĩnh vực", English: "Field"},
			{Field: "level", Vietnamese: "Cấp thực hiện", English: "Level", Also: []string{"Cấp giải quyết", "Cấp"}},
			{Field: "result_types", Vietnamese: "Kết quả thực hiện", English: "Result types", Also: []string{"Kết quả", "Loại kết quả"}},
			{Field: "retention", Vietnamese: "Thời hạn bảo quản", English: "Retention", Also: []string{"Thời hạn lưu trữ"}},
			{Field: "online_only", Vietnamese: "Chỉ tiếp nhận trực tuyến", English: "Online only", Also: []string{"Chỉ trực tuyến"}},
			updated,
		}
	case Holders:
		return slices.Concat([]Column{
			{Field: "code", Vietnamese: "Mã chủ hồ sơ", English: "Holder code", Also: []string{"Mã", "Code"}},
			{Field: "kind", Vietnamese: "Loại chủ hồ sơ", English: "Kind", Also: []string{"Loại", "Loại đối tượng"}},
			{Field: "name", Vietnamese: "Tên chủ hồ sơ", English: "Name", Also: []string{"Họ và tên", "Họ tên", "Tên", "Chủ hồ sơ", "Holder"}, Required: true},
		}, numbers, []Column{
			{Field: "source", Vietnamese: "Nguồn số giấy tờ", English: "Source", Also: []string{"Nguồn"}},
			{Field: "recorded_on", Vietnamese: "Ngày ghi nhận", English: "Recorded on"},
			updated,
		})
	case Dossiers:
		return slices.Concat([]Column{
			{Field: "code", Vietnamese: "Mã hồ sơ", English: "Dossier code", Also: []string{"Số hồ sơ", "Mã", "Code"}, Required: true},
			{Field: "procedure", Vietnamese: "Mã thủ tục", English: "Procedure code", Also: []string{"Mã TTHC", "Mã thủ tục hành chính", "Procedure"}, Required: true},
			{Field: "unit", Vietnamese: "Mã đơn vị", English: "Unit code", Also: []string{"Đơn vị giải quyết", "Đơn vị", "Unit"}, Required: true},
			{Field: "received_on", Vietnamese: "Ngày tiếp nhận", English: "Received on", Also: []string{"Ngày nhận"}},
			{Field: "due_on", Vietnamese: "Ngày hẹn trả", English: "Due on", Also: []string{"Hạn giải quyết", "Ngày hẹn trả kết quả"}},
			{Field: "completed_on", Vietnamese: "Ngày hoàn thành", English: "Completed on", Also: []string{"Ngày trả", "Ngày trả kết quả", "Ngày kết thúc xử lý"}},
			{Field: "status", Vietnamese: "Trạng thái", English: "Status", Also: []string{"Tình trạng"}},
			{Field: "expected_results", Vietnamese: "Kết quả dự kiến", English: "Expected results"},
			{Field: "holder_code", Vietnamese: "Mã chủ hồ sơ", English: "Holder code"},
			{Field: "holder_kind", Vietnamese: "Loại chủ hồ sơ", English: "Holder kind"},
			{Field: "holder", Vietnamese: "Chủ hồ sơ", English: "Holder", Also: []string{"Tên chủ hồ sơ", "Người nộp", "Người nộp hồ sơ", "Holder name"}},
		}, numbers, []Column{
			{Field: "joint", Vietnamese: "Đồng sở hữu", English: "Joint holders", Also: []string{"Đồng chủ hồ sơ"}},
			{Field: "guardian", Vietnamese: "Người giám hộ", English: "Guardians", Also: []string{"Guardian"}},
			{Field: "representative", Vietnamese: "Người đại diện", English: "Representatives", Also: []string{"Representative", "Người được ủy quyền"}},
			updated,
		})
	}
	return nil
}

// Mapped is a column of a file and the field it fills.
type Mapped struct {
	Index   int    `json:"index"` // from 0
	Heading string `json:"heading"`
	Field   string `json:"field"` // empty: not used
}

// Mapping says which column of a file fills which field.
type Mapping struct {
	List    Kind     `json:"kind"`
	Line    int      `json:"line"` // of the headings
	Columns []Mapped `json:"columns"`

	at map[string]int // field → index
}

// Map reads a file's row of headings. Case, diacritics and spaces do not count. Problems are of line 1: a column that must be there and is
// not, or two for one field. A column that nobody knows is not used and no problem.
func Map(k Kind, headings []string) (Mapping, []Problem) {
	m := Mapping{List: k, at: map[string]int{}}
	columns := Columns(k)
	byName := map[string]string{}
	for _, c := range columns {
		for _, name := range append([]string{c.Vietnamese, c.English, c.Field}, c.Also...) {
			if _, taken := byName[headingKey(name)]; !taken {
				byName[headingKey(name)] = c.Field
			}
		}
	}
	var problems []Problem
	for i, h := range headings {
		field := byName[headingKey(h)]
		if _, twice := m.at[field]; field != "" && twice {
			problems = append(problems, Problem{Column: clip(h), What: "a second column for " + field, Cure: "remove one, or rename it"})
			field = ""
		}
		if field != "" {
			m.at[field] = i
		}
		m.Columns = append(m.Columns, Mapped{Index: i, Heading: clip(h), Field: field})
	}
	for _, c := range columns {
		if _, ok := m.at[c.Field]; c.Required && !ok {
			problems = append(problems, Problem{
				Column: c.Vietnamese, What: "there is no such column", Cure: fmt.Sprintf("name a column %q or %q in the first row", c.Vietnamese, c.English),
			})
		}
	}
	return m, problems
}

func headingKey(s string) string { return strings.ReplaceAll(fold.Plain(s), " ", "") }

// Heading gives the file's own name of the column that a problem is about.
func (m Mapping) Heading(field string) string {
	if i := strings.LastIndexByte(field, '.'); i >= 0 && strings.HasPrefix(field, "holders[") {
		field = field[i+1:]
	}
	candidates := []string{field}
	switch {
	case field == "identifiers":
		candidates = []string{"identifier", "cccd", "cmnd", "tax", "joint", "representative", "guardian", "holder", "name"}
	case m.List == Dossiers && field == "name", field == "holders":
		candidates = []string{"holder", "joint", "representative", "guardian"}
	case m.List == Dossiers && field == "kind":
		candidates = []string{"holder_kind"}
	}
	for _, f := range candidates {
		if i, ok := m.at[f]; ok {
			return m.Columns[i].Heading
		}
	}
	return field
}
