package pdfa

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// catalog checks the document's root and all that hangs on it.
func (c *checker) catalog() error {
	d, _, err := c.dictAt(c.root, false)
	if err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	if err := errors.Join(d.is("Type", "Catalog"), d.only("Type", "Pages", "Metadata", "Lang", "ViewerPreferences", "PageLabels", "PageMode", "Outlines", "OutputIntents")); err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	if lang, ok := d["Lang"].([]byte); !ok || !languageTag(string(lang)) {
		return fmt.Errorf("catalog: /Lang is %v", d["Lang"])
	}
	if err := c.intent(d["OutputIntents"]); err != nil {
		return fmt.Errorf("output intent: %w", err)
	}
	if err := c.metadata(d); err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	if err := c.tree(d["Pages"]); err != nil {
		return err
	}
	if err := c.labels(d["PageLabels"]); err != nil {
		return fmt.Errorf("page labels: %w", err)
	}
	if err := c.outline(d["Outlines"]); err != nil {
		return fmt.Errorf("outline: %w", err)
	}
	for font := range c.fonts {
		if err := c.font(font); err != nil {
			return fmt.Errorf("font: %w", err)
		}
	}
	return nil
}

// intent checks that colours are declared as sRGB by an embedded profile (ISO 19005-2, 6.2.3).
func (c *checker) intent(v any) error {
	list, _ := v.([]any)
	if len(list) != 1 {
		return fmt.Errorf("there are %d, want 1", len(list))
	}
	d, _ := list[0].(dict)
	if err := errors.Join(d.is("Type", "OutputIntent"), d.is("S", "GTS_PDFA1"), d.only("Type", "S", "OutputConditionIdentifier", "Info", "DestOutputProfile")); err != nil {
		return err
	}
	pd, o, err := c.dictAt(d["DestOutputProfile"], true)
	if err != nil {
		return err
	}
	if pd["N"] != int64(3) {
		return fmt.Errorf("profile has /N %v", pd["N"])
	}
	profile, err := c.unpack(pd, o)
	if err != nil {
		return err
	}
	if !bytes.Equal(profile, sRGBProfile()) {
		return errors.New("profile is not the writer's sRGB")
	}
	return nil
}

// metadata checks the claim of PDF/A-2u, and that XMP and information dictionary agree (6.6).
func (c *checker) metadata(catalog dict) error {
	d, o, err := c.dictAt(catalog["Metadata"], true)
	if err != nil {
		return err
	}
	if err := errors.Join(d.is("Type", "Metadata"), d.is("Subtype", "XML"), d.only("Type", "Subtype", "Length")); err != nil {
		return err
	}
	packet, err := c.unpack(d, o)
	if err != nil {
		return err
	}
	x, err := readXMP(packet)
	if err != nil {
		return err
	}
	if x["part"] != "2" || x["conformance"] != "U" {
		return fmt.Errorf("claims part %q, conformance %q", x["part"], x["conformance"])
	}
	info, _, err := c.dictAt(c.info, false)
	if err != nil {
		return err
	}
	if err := info.only("Title", "Subject", "Author", "Creator", "Producer", "CreationDate", "ModDate"); err != nil {
		return err
	}
	for key, property := range map[name]string{"Title": "title", "Subject": "description", "Author": "creator", "Creator": "CreatorTool", "Producer": "Producer"} {
		raw, _ := info[key].([]byte)
		if got := textString(raw); got != x[property] {
			return fmt.Errorf("/%s is %q and XMP says %q", key, got, x[property])
		}
	}
	for key, property := range map[name]string{"CreationDate": "CreateDate", "ModDate": "ModifyDate"} {
		raw, _ := info[key].([]byte)
		got := strings.NewReplacer("-", "", ":", "", "T", "").Replace(x[property])
		if want := strings.TrimPrefix(string(raw), "D:"); got != want {
			return fmt.Errorf("/%s is %q and XMP says %q", key, raw, x[property])
		}
	}
	return nil
}

// readXMP gives the text of each property by its local name.
func readXMP(packet []byte) (map[string]string, error) {
	out := map[string]string{}
	dec := xml.NewDecoder(bytes.NewReader(packet))
	var path []string
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			path = append(path, tok.Name.Local)
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			const property = 3 // under xmpmeta, RDF and Description
			if len(path) > property && (len(path) == property+1 || len(path) == property+3) {
				out[path[property]] += string(tok)
			}
		}
	}
}

// textString decodes what appendTextString writes.
func textString(raw []byte) string {
	if !bytes.HasPrefix(raw, []byte{0xFE, 0xFF}) {
		return string(raw)
	}
	var units []uint16
	for i := 2; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units))
}

// tree walks the page tree: two levels, every node counting right and naming its parent.
func (c *checker) tree(v any) error {
	c.used, c.fonts = make([]bool, maxCID+1), map[ref]bool{}
	root, _, err := c.dictAt(v, false)
	if err != nil {
		return fmt.Errorf("page tree: %w", err)
	}
	if err := errors.Join(root.is("Type", "Pages"), root.only("Type", "Count", "Kids")); err != nil {
		return fmt.Errorf("page tree: %w", err)
	}
	kids, _ := root["Kids"].([]any)
	for _, k := range kids {
		node, _, err := c.dictAt(k, false)
		if err != nil {
			return fmt.Errorf("page tree: %w", err)
		}
		if err := errors.Join(node.is("Type", "Pages"), node.only("Type", "Parent", "Count", "Kids")); err != nil {
			return fmt.Errorf("page tree: %w", err)
		}
		pages, _ := node["Kids"].([]any)
		if node["Parent"] != v || node["Count"] != int64(len(pages)) || len(pages) == 0 {
			return errors.New("page tree: a node does not fit its pages")
		}
		for _, p := range pages {
			if err := c.ctx.Err(); err != nil {
				return err
			}
			c.pages++
			if err := c.page(p, k); err != nil {
				return fmt.Errorf("page %d: %w", c.pages, err)
			}
		}
	}
	if root["Count"] != int64(c.pages) || c.pages == 0 {
		return fmt.Errorf("page tree counts %v pages and has %d", root["Count"], c.pages)
	}
	return nil
}

// outline walks the chain of entries: each with a title, linked both ways, and leading to a page.
func (c *checker) outline(v any) error {
	if v == nil {
		return nil
	}
	root, _, err := c.dictAt(v, false)
	if err != nil {
		return err
	}
	if err := errors.Join(root.is("Type", "Outlines"), root.only("Type", "First", "Last", "Count")); err != nil {
		return err
	}
	var before any
	n := int64(0)
	for at := root["First"]; at != nil; n++ {
		if n > int64(c.count) {
			return errors.New("entries go round in a circle")
		}
		d, _, err := c.dictAt(at, false)
		if err != nil {
			return err
		}
		if err := d.only("Title", "Parent", "Prev", "Next", "Dest"); err != nil {
			return err
		}
		title, _ := d["Title"].([]byte)
		dest, _ := d["Dest"].([]any)
		if len(title) == 0 || d["Parent"] != v || d["Prev"] != before || len(dest) != 2 || dest[1] != name("Fit") {
			return fmt.Errorf("entry %d is not linked as it should be", n+1)
		}
		target, _, err := c.dictAt(dest[0], false)
		if err != nil {
			return err
		}
		if err := target.is("Type", "Page"); err != nil {
			return err
		}
		before, at = at, d["Next"]
	}
	if before != root["Last"] || n != root["Count"] {
		return errors.New("entries do not fit their count")
	}
	return nil
}

// labels checks the number tree: ordinals that rise and lie in the file.
func (c *checker) labels(v any) error {
	if v == nil {
		return nil
	}
	d, _ := v.(dict)
	nums, _ := d["Nums"].([]any)
	if len(nums) == 0 || len(nums)%2 != 0 || nums[0] != int64(0) {
		return errors.New("tree does not begin with the first page")
	}
	last := int64(-1)
	for i := 0; i < len(nums); i += 2 {
		at, ok := nums[i].(int64)
		if !ok || at <= last || at >= int64(c.pages) {
			return fmt.Errorf("entry %v after %d in a file of %d pages", nums[i], last, c.pages)
		}
		last = at
		if l, ok := nums[i+1].(dict); !ok || l.only("S", "P", "St") != nil {
			return fmt.Errorf("label %v", nums[i+1])
		}
	}
	return nil
}
