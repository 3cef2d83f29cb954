package main

// cli is the command line. Flags and SOHOA_* variables are the same thing; the flag wins.
type cli struct {
	Digitise digitiseCmd `cmd:"" help:"Turn one scan into a searchable PDF/A, with no servers."`
	Sample   sampleCmd   `cmd:"" help:"Make realistic scanned papers with their truth beside them."`
	Version  versionCmd  `cmd:"" help:"Show the version."`
	Gateway  gatewayCmd  `cmd:"" hidden:""`
}
