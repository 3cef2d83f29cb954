package archive

import "fmt"

// FieldKeys gives each field of a document the key it is known by beside its name: the name, and for the second and later of a name (several
// holders, several annexes) name#002 and so on, so that keys sort in the order of the fields.
func FieldKeys(fields []Field) []string {
	keys := make([]string, len(fields))
	seen := map[string]int{}
	for i, f := range fields {
		keys[i] = f.Name
		if seen[f.Name]++; seen[f.Name] > 1 {
			keys[i] = fmt.Sprintf("%s#%03d", f.Name, seen[f.Name])
		}
	}
	return keys
}
