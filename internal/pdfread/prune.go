package pdfread

import (
	"bytes"
	"errors"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// nameSet holds the names that content may speak of.
type nameSet map[string]bool

// add takes every name in the bytes of a content stream, also such as only look like one inside an image or a string: a name too many keeps a
// resource too many of the same page, a name too few would spoil it.
func (n nameSet) add(content []byte) {
	for {
		i := bytes.IndexByte(content, '/')
		if i < 0 {
			return
		}
		content = content[i+1:]
		end := regular(content)
		n[unescapeName(content[:end])] = true
	}
}

// namesOfPage collects what the content of a page may name, including the content of forms, patterns and fonts without resources of their own,
// which use the page's.
func (c *carrier) namesOfPage(node pageNode) (nameSet, error) {
	names := nameSet{}
	if node.dict["Contents"] == nil {
		return names, nil
	}
	content, ok := c.s.content(node.dict)
	if !ok {
		return nil, errors.New("its content cannot be unpacked")
	}
	names.add(content)
	return names, c.namesOfOthers(node.inherited[0], names)
}

// namesOfStream collects what the content of a form or a pattern may name.
func (c *carrier) namesOfStream(sd types.StreamDict, resources types.Object, names nameSet) error {
	if err := c.unpack(sd, names); err != nil {
		return err
	}
	return c.namesOfOthers(resources, names)
}

func (c *carrier) unpack(sd types.StreamDict, names nameSet) error {
	if err := c.s.load(&sd, maxPageContent); err != nil {
		return err
	}
	if err := sd.DecodeWithLimit(maxPageContent); err != nil {
		return errors.New("the content of a form cannot be unpacked")
	}
	names.add(sd.Content)
	return nil
}

// namesOfOthers adds what is named by those forms, patterns and fonts among the named resources that have no resources themselves. It goes on until
// nothing new comes up: every round adds a name or ends it.
func (c *carrier) namesOfOthers(resources types.Object, names nameSet) error {
	r := c.s.dict(resources)
	done := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for _, kind := range []string{"XObject", "Pattern", "Font"} {
			for name, v := range c.s.dict(r[kind]) {
				key := kind + "/" + name
				if !names[name] || done[key] {
					continue
				}
				done[key], grown = true, true
				switch o := c.s.resolve(v).(type) {
				case types.StreamDict:
					if c.s.name(o.Dict["Subtype"]) != "Image" && o.Dict["Resources"] == nil {
						if err := c.unpack(o, names); err != nil {
							return err
						}
					}
				case types.Dict:
					if c.s.name(o["Subtype"]) == "Type3" && o["Resources"] == nil {
						if err := c.namesOfGlyphs(o, names); err != nil {
							return err
						}
					}
				}
			}
		}
	}
	return nil
}

func (c *carrier) namesOfGlyphs(font types.Dict, names nameSet) error {
	for _, g := range c.s.dict(font["CharProcs"]) {
		if sd, ok := c.s.resolve(g).(types.StreamDict); ok {
			if err := c.unpack(sd, names); err != nil {
				return err
			}
		}
	}
	return nil
}

// resources takes over those resources that are named, and colour spaces that hold without being named.
func (c *carrier) resources(o types.Object, names nameSet) types.Dict {
	out := types.Dict{}
	all := c.s.dict(o)
	for _, kind := range sortedKeys(all) {
		entries := c.s.dict(all[kind])
		if entries == nil { // procedure sets are of no use since PDF 1.4
			continue
		}
		kept := types.Dict{}
		for _, name := range sortedKeys(entries) {
			if names[name] || kind == "ColorSpace" && (name == "DefaultGray" || name == "DefaultRGB" || name == "DefaultCMYK") {
				if e := c.value(entries[name], 0); e != nil {
					kept[name] = e
				}
			}
		}
		if len(kept) > 0 {
			out[kind] = kept
		}
	}
	return out
}

// type3 shrinks the resources of a font whose glyphs are content to what the glyphs name.
func (c *carrier) type3(from, out types.Dict) types.Object {
	r, ok := from["Resources"]
	if !ok || c.s.name(from["Subtype"]) != "Type3" {
		return out
	}
	names := nameSet{}
	if c.namesOfGlyphs(from, names) == nil && c.namesOfOthers(r, names) == nil {
		out["Resources"] = c.resources(r, names)
	} else {
		delete(out, "Resources")
	}
	return out
}
