package records

import (
	"context"
	"strconv"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fold"
	"sohoa/internal/papertype"
)

// Record is the archive record of a document.
type Record struct {
	Seq         int64              `json:"-"`
	Identifier  archive.DocumentID `json:"identifier" doc:"Mã định danh."`
	ArchiveCode string             `json:"archive_code,omitempty" doc:"Mã lưu trữ, by the city's pattern."`
	ResultCode  string             `json:"result_code,omitempty" doc:"Mã kết quả số hóa (Circular 01/2023), by the city's pattern; numbers of people masked."`
	Retention   archive.Retention  `json:"retention" doc:"permanent, years, or empty: not known, so nothing is destroyed."`
	EndedOn     string             `json:"ended_on,omitempty" doc:"When the work ended; retention counts from the end of that year."`
	RetainUntil *time.Time         `json:"retain_until,omitempty" doc:"What is stored is locked until then."`
	Type        string             `json:"type,omitempty"`
	TypeCode    string             `json:"type_code,omitempty"`
	Number      string             `json:"number,omitempty"`
	Symbol      string             `json:"symbol,omitempty"`
	Date        string             `json:"date,omitempty" doc:"yyyy-mm-dd, or yyyy-mm where the day is not read."`
	Agency      string             `json:"agency,omitempty"`
	Abstract    string             `json:"abstract,omitempty"`
	Language    string             `json:"language,omitempty"`
	Pages       int                `json:"pages"`
	Access      archive.Access     `json:"access"`
	File        string             `json:"file" doc:"Where the PDF/A is fetched."`
	Note        string             `json:"note,omitempty" doc:"Why it is not in force, and the like; stable codes between semicolons."`

	Unit      string          `json:"unit"`
	Dossier   string          `json:"dossier,omitempty"`
	Procedure string          `json:"procedure,omitempty"`
	Owner     string          `json:"owner,omitempty" doc:"Identifier of the holder, masked."`
	Version   int             `json:"version"`
	Release   archive.Release `json:"release"`
}

// Row is what is kept of a document.
type Row struct {
	Record
	ReplacedBy archive.DocumentID
	Fields     []archive.Field
}

// Query asks for records, in order of the documents' coming. Empty asks for all. After is the Seq of the last one seen.
type Query struct {
	Unit    string
	Batch   archive.BatchID
	Dossier string
	After   int64
	Limit   int
}

// Patterns are how codes are made.
type Patterns struct {
	ResultCode  string `json:"result_code" required:"false" doc:"Of digitised results." example:"{owner}-{type}" maxLength:"200"`
	ArchiveCode string `json:"archive_code" required:"false" doc:"Of archived documents." example:"{unit}.{dossier}.{number}" maxLength:"200"`
}

// TypeRule is what the city says of a type of document; it goes before what is built in.
type TypeRule struct {
	Name      string            `json:"name" doc:"How names of the type begin." minLength:"2" maxLength:"200" example:"Giấy phép xây dựng"`
	Code      string            `json:"code,omitempty" doc:"Of the type, in codes of digitised results." maxLength:"40"`
	Retention archive.Retention `json:"retention" doc:"permanent, 2 to 70, or empty: as built in." required:"false"`
}

// Store keeps what records are made of. A document that is unknown or not archived yet is a fault.
type Store interface {
	Record(ctx context.Context, id archive.DocumentID) (Row, error)
	Records(ctx context.Context, q Query) ([]Row, error)
	Patterns(ctx context.Context) (Patterns, error)
	SetPatterns(ctx context.Context, actor string, p Patterns) error
	TypeRules(ctx context.Context) ([]TypeRule, error)
	PutTypeRule(ctx context.Context, actor, key string, t TypeRule) error
}

// Service gives records. It is safe for concurrent use.
type Service struct{ store Store }

// New returns the service.
func New(store Store) *Service { return &Service{store} }

// Get gives the record of one document.
func (s *Service) Get(ctx context.Context, a archive.Actor, id archive.DocumentID) (Record, error) {
	if err := a.Permit(archive.ActRead); err != nil {
		return Record{}, err
	}
	unknown := fault.New(fault.DocumentUnknown, "there is no document %s", id)
	if !archive.ValidID(string(id)) {
		return Record{}, unknown
	}
	row, err := s.store.Record(ctx, id)
	if err != nil {
		return Record{}, err
	}
	if !a.Reaches(row.Unit, row.Access) {
		return Record{}, unknown
	}
	p, err := s.store.Patterns(ctx)
	if err != nil {
		return Record{}, err
	}
	return row.finish(p), nil
}

// MaxLimit is how many records a list gives at once.
const MaxLimit = 1000

// List gives records; the cursor of the next page is the Seq of the last.
func (s *Service) List(ctx context.Context, a archive.Actor, q Query) ([]Record, error) {
	if err := a.Permit(archive.ActRead); err != nil {
		return nil, err
	}
	var err error
	if q.Unit, err = a.Scope(q.Unit); err != nil {
		return nil, err
	}
	if q.Batch != "" && !archive.ValidID(string(q.Batch)) {
		return nil, fault.New(fault.BatchUnknown, "there is no batch %s", q.Batch)
	}
	q.Limit = min(max(q.Limit, 1), MaxLimit)
	rows, err := s.store.Records(ctx, q)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	p, err := s.store.Patterns(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Record, len(rows))
	for i, r := range rows {
		out[i] = r.finish(p)
	}
	return out, nil
}

// Each calls f with every record of a query, a page at a time.
func (s *Service) Each(ctx context.Context, a archive.Actor, q Query, f func(Record) error) error {
	q.Limit = MaxLimit
	for {
		rs, err := s.List(ctx, a, q)
		if err != nil || len(rs) == 0 {
			return err
		}
		for _, r := range rs {
			if err := f(r); err != nil {
				return err
			}
		}
		q.After = rs[len(rs)-1].Seq
	}
}

// finish makes what follows from the rest.
func (r Row) finish(p Patterns) Record {
	out := r.Record
	for _, f := range r.Fields {
		if f.Value == "" {
			continue
		}
		switch f.Name {
		case "subject":
			out.Abstract = first(out.Abstract, f.Value)
		case "language":
			out.Language = first(out.Language, f.Value)
		case "date":
			out.Date = first(out.Date, f.Value)
		case "procedure":
			out.Procedure = first(out.Procedure, f.Value)
		case "holder_id":
			out.Owner = first(out.Owner, f.Value)
		}
	}
	out.File = "/api/v1/documents/" + string(out.Identifier) + "/rendition"
	var notes []string
	if out.Release == archive.Replaced || out.Release == archive.Withdrawn {
		notes = append(notes, string(out.Release))
	}
	if r.ReplacedBy != "" {
		notes = append(notes, "replaced_by "+string(r.ReplacedBy))
	}
	out.Note = strings.Join(notes, "; ")
	year := ""
	if len(out.Date) >= 4 {
		year = out.Date[:4]
	}
	parts := map[string]string{
		"owner": out.Owner, "type": out.TypeCode, "unit": out.Unit, "dossier": out.Dossier, "procedure": out.Procedure, "number": out.Number, "symbol": out.Symbol,
		"year": year, "id": string(out.Identifier),
	}
	out.ArchiveCode, out.ResultCode = Fill(p.ArchiveCode, parts), Fill(p.ResultCode, parts)
	return out
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Headings are the columns of a file of records, as Decree 113/2025 names them, or in English.
func Headings(language string) []string {
	if language == "en" {
		return []string{
			"Identifier", "Archive code", "Digitised-result code", "Retention", "Work ended on", "Locked until", "Type", "Number", "Symbol", "Date", "Agency", "Abstract", "Language",
			"Pages", "Access", "File", "Note", "Unit", "Dossier", "Procedure", "Owner", "Version", "Release",
		}
	}
	return []string{
		"Mã định danh", "Mã lưu trữ", "Mã kết quả số hóa", "Thời hạn lưu trữ", "Ngày kết thúc công việc", "Khóa đến", "Loại văn bản", "Số", "Ký hiệu", "Ngày ban hành", "Cơ quan ban hành",
		"Trích yếu", "Ngôn ngữ", "Số trang", "Mức độ tiếp cận", "Tệp", "Ghi chú", "Đơn vị", "Mã hồ sơ", "Mã thủ tục", "Chủ hồ sơ", "Phiên bản", "Tình trạng",
	}
}

// Cells are a record under the headings.
func (r Record) Cells() []string {
	until := ""
	if r.RetainUntil != nil {
		until = r.RetainUntil.Format(time.DateOnly)
	}
	return []string{
		string(r.Identifier), r.ArchiveCode, r.ResultCode, r.Retention.String(), r.EndedOn, until, r.Type, r.Number, r.Symbol, r.Date, r.Agency, r.Abstract, r.Language,
		strconv.Itoa(r.Pages), string(r.Access), r.File, r.Note, r.Unit, r.Dossier, r.Procedure, r.Owner, strconv.Itoa(r.Version), string(r.Release),
	}
}

// Settings are the patterns and what the city says of types.
type Settings struct {
	Patterns Patterns   `json:"patterns" required:"false"`
	Types    []TypeRule `json:"types" nullable:"false" required:"false" doc:"Only these are said of; the others are as built in (paper types)."`
}

// Settings gives how codes are made and how long types are kept.
func (s *Service) Settings(ctx context.Context, a archive.Actor) (Settings, error) {
	if !a.May(archive.ActRead) && !a.May(archive.ActRegister) {
		return Settings{}, fault.New(fault.Forbidden, "the account's role does not allow this (%s)", archive.ActRead)
	}
	p, err := s.store.Patterns(ctx)
	if err != nil {
		return Settings{}, err
	}
	ts, err := s.store.TypeRules(ctx)
	if ts == nil {
		ts = []TypeRule{}
	}
	return Settings{p, ts}, err
}

// Set changes patterns where they are given and adds or changes types. It is for who keeps the register. What is archived already keeps its
// retention; a longer one reaches it when it is archived again.
func (s *Service) Set(ctx context.Context, a archive.Actor, in Settings) (Settings, error) {
	if err := a.Permit(archive.ActRegister); err != nil {
		return Settings{}, err
	}
	now, err := s.store.Patterns(ctx)
	if err != nil {
		return Settings{}, err
	}
	next := Patterns{ResultCode: first(in.Patterns.ResultCode, now.ResultCode), ArchiveCode: first(in.Patterns.ArchiveCode, now.ArchiveCode)}
	for _, p := range []string{next.ResultCode, next.ArchiveCode} {
		if err := CheckPattern(p); err != nil {
			return Settings{}, fault.New(fault.RequestMalformed, "%v", err)
		}
	}
	for _, t := range in.Types {
		if key := fold.Plain(t.Name); len(key) < 2 || len(t.Name) > 200 || len(t.Code) > 40 {
			return Settings{}, fault.New(fault.RequestMalformed, "%q is no name of a type, or its code is longer than 40 bytes", t.Name)
		}
	}
	if next != now {
		if err := s.store.SetPatterns(ctx, a.Account, next); err != nil {
			return Settings{}, err
		}
	}
	for _, t := range in.Types {
		if err := s.store.PutTypeRule(ctx, a.Account, fold.Plain(t.Name), t); err != nil {
			return Settings{}, err
		}
	}
	return s.Settings(ctx, archive.Actor{Account: a.Account, Role: a.Role, Unit: a.Unit})
}

// PaperTypes lists the types that are built in, with their fields.
func (s *Service) PaperTypes() []papertype.Type { return papertype.Types() }
