// Package signature judges the digital signatures of PDF files: CMS (PKCS #7) detached over a ByteRange, ISO 32000-2, 12.8.
//
// Everything happens offline. The bytes that were signed are hashed from the file, and the signature is taken from the gap that the ByteRange
// leaves, never from what the dictionary claims: a forged dictionary cannot point elsewhere. SHA-1, which offices signed with for years, is judged
// and named in the report. Sizes are in bytes.
package signature
