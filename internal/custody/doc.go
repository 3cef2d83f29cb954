// Package custody keeps what was taken in: it finds objects that nobody refers to, proves that bytes have not changed, and fills an
// empty catalogue from the object store alone.
//
// What always holds:
//
//   - An object is marked before it is removed, and removed only when it is still unknown, its mark has grown old and its lock
//     has ended; what gains a row meanwhile loses its mark.
//   - A finding of the fixity audit is a result, not an error: it is recorded, disposal of the master is held, and nothing is
//     ever overwritten.
//   - A rebuild writes only what is missing, so it can be interrupted at any moment and run again.
//
// Times are UTC, sizes in bytes.
package custody
