// Package wrap dresses bare picture streams as files that common libraries decode, and undresses what those libraries encode.
//
// PDF keeps Group 4 and PNG-predicted streams without headers; libtiff and libpng want TIFF and PNG. Nothing is decoded here.
// Sizes come from the picture's description and are the caller's to check. Offsets in foreign data are checked before use.
package wrap
