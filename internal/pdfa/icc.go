package pdfa

import (
	"encoding/binary"
	"math"
)

// sRGBName is how IEC 61966-2-1 is known in the ICC's characterisation data registry.
const sRGBName = "sRGB IEC61966-2.1"

// sRGBProfile builds the output intent's profile: ICC version 2.1, a display device with three primaries and one tone curve.
// It is made from the numbers of IEC 61966-2-1 and Annex E of ICC.1:2004 (Bradford adaptation from D65 to D50), so no vendor's profile and licence
// travels in each rendition. The curve has 256 points; between them straight lines are off by less than a step of 16 bits.
func sRGBProfile() []byte {
	type tag struct {
		sig  string
		data []byte
	}
	curve := iccCurve()
	tags := []tag{
		{"desc", iccDescription(sRGBName)},
		{"cprt", iccText("CC0, no rights reserved")},
		{"wtpt", iccXYZ(0.9642, 1.0, 0.8249)},
		{"rXYZ", iccXYZ(0.43607, 0.22249, 0.01392)},
		{"gXYZ", iccXYZ(0.38515, 0.71687, 0.09708)},
		{"bXYZ", iccXYZ(0.14307, 0.06061, 0.71410)},
		{"rTRC", curve},
		{"gTRC", curve},
		{"bTRC", curve},
	}
	const header, entry = 128, 12
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	var body []byte
	start := header + 4 + entry*len(tags)
	curveAt := 0
	for _, t := range tags {
		at := start + len(body)
		if len(t.data) > 0 && &t.data[0] == &curve[0] { // the three channels share one curve
			if curveAt == 0 {
				curveAt = at
				body = append(body, t.data...)
			}
			at = curveAt
		} else {
			body = append(body, t.data...)
		}
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		table = append(table, t.sig...)
		table = binary.BigEndian.AppendUint32(table, uint32(at))
		table = binary.BigEndian.AppendUint32(table, uint32(len(t.data)))
	}

	h := make([]byte, header)
	binary.BigEndian.PutUint32(h[0:], uint32(start+len(body)))
	binary.BigEndian.PutUint32(h[8:], 0x02100000) // version 2.1
	copy(h[12:], "mntrRGB XYZ ")
	for i, v := range []uint16{2026, 1, 1, 0, 0, 0} { // a fixed date: the profile is part of deterministic bytes
		binary.BigEndian.PutUint16(h[24+2*i:], v)
	}
	copy(h[36:], "acsp")
	putS15(h[68:], 0.9642) // the connection space's illuminant, D50
	putS15(h[72:], 1.0)
	putS15(h[76:], 0.8249)
	return append(append(h, table...), body...)
}

func putS15(b []byte, v float64) { binary.BigEndian.PutUint32(b, uint32(int32(math.Round(v*65536)))) }

func iccXYZ(x, y, z float64) []byte {
	b := make([]byte, 20)
	copy(b, "XYZ ")
	putS15(b[8:], x)
	putS15(b[12:], y)
	putS15(b[16:], z)
	return b
}

func iccText(s string) []byte { return append([]byte("text\x00\x00\x00\x00"), s+"\x00"...) }

// iccDescription is the version 2 description: ASCII, then empty Unicode and Macintosh parts of fixed size.
func iccDescription(s string) []byte {
	b := []byte("desc\x00\x00\x00\x00")
	b = binary.BigEndian.AppendUint32(b, uint32(len(s)+1))
	b = append(b, s+"\x00"...)
	return append(b, make([]byte, 4+4+2+1+67)...)
}

func iccCurve() []byte {
	const points = 256
	b := []byte("curv\x00\x00\x00\x00")
	b = binary.BigEndian.AppendUint32(b, points)
	for i := range points {
		v := float64(i) / (points - 1)
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		b = binary.BigEndian.AppendUint16(b, uint16(math.Round(v*65535)))
	}
	return b
}
