package pageimage

import "encoding/binary"

// exif is the little that is used of an EXIF block. Zero values mean "not said".
type exif struct {
	orientation int
	dpiX, dpiY  float64
}

// parseExif reads the first directory of a TIFF structure in memory. It takes what it can: a camera's broken EXIF is no reason to refuse a page.
func parseExif(b []byte) exif {
	var e exif
	if len(b) < 8 {
		return e
	}
	var bo binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		bo = binary.LittleEndian
	case "MM\x00*":
		bo = binary.BigEndian
	default:
		return e
	}
	at := int64(bo.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return e
	}
	n := int64(bo.Uint16(b[at:]))
	unit := 2.0
	for i := range n {
		p := at + 2 + 12*i
		if p+12 > int64(len(b)) {
			break
		}
		tag, typ, value := bo.Uint16(b[p:]), bo.Uint16(b[p+2:]), b[p+8:p+12]
		switch {
		case tag == 274 && typ == 3:
			if o := int(bo.Uint16(value)); o >= 1 && o <= 8 {
				e.orientation = o
			}
		case tag == 296 && typ == 3:
			unit = float64(bo.Uint16(value))
		case (tag == 282 || tag == 283) && typ == 5:
			q := int64(bo.Uint32(value))
			if q+8 > int64(len(b)) || bo.Uint32(b[q+4:]) == 0 {
				continue
			}
			v := float64(bo.Uint32(b[q:])) / float64(bo.Uint32(b[q+4:]))
			if tag == 282 {
				e.dpiX = v
			} else {
				e.dpiY = v
			}
		}
	}
	switch unit {
	case 2:
	case 3:
		e.dpiX, e.dpiY = e.dpiX*inchesCM, e.dpiY*inchesCM
	default:
		e.dpiX, e.dpiY = 0, 0
	}
	return e
}
