// Package killtest shows that nothing is lost: it runs the built programs as a user would, kills them again and again while papers are
// handed in, and compares every byte in the end. It holds only tests.
package killtest
